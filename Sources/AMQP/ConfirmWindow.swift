/// The publishings of one channel that the broker has not answered for: published → confirmed | refused | returned |
/// unknown.
///
/// A machine without I/O: every method takes what happened and returns what must be done. Sequence numbers start at 1
/// with `confirm.select`, so a window lives exactly as long as its channel.
public struct ConfirmWindow: Sendable {
    /// What became of a publishing.
    public enum Action: Hashable, Sendable {
        /// The broker took it over.
        case confirmed(UInt64)
        /// The broker refused it.
        case refused(UInt64)
        /// The broker could not route it.
        case returned(UInt64, code: UInt16, text: String)
        /// Nobody can say.
        case unknown(UInt64, reason: String)
        /// The broker's frames contradict what was published: the channel can't be trusted any more.
        case violation(String)
    }

    /// What is needed to recognise a publishing when it comes back.
    private struct Entry: Sendable {
        var exchange: ExchangeName
        var routingKey: RoutingKey
        var messageID: String?
        var body: [UInt8]
        var publishedAt: ContinuousClock.Instant
        var returned: (code: UInt16, text: String)?
    }

    private var entries = NumberedWindow<Entry>()
    /// Where the search for the next returned publishing begins.
    private var returnCursor: UInt64 = 1

    /// A window before the first publishing of a channel.
    public init() {}

    /// Publishings without an answer.
    public var count: Int { entries.count }

    /// Sequence numbers from the oldest publishing without an answer to the newest.
    public var span: Int { Int(clamping: entries.next - entries.oldest) }

    /// When the oldest publishing without an answer was published.
    public var oldestPublishedAt: ContinuousClock.Instant? { entries[entries.oldest]?.publishedAt }

    /// Notes a publishing that is about to be sent and gives it the channel's next sequence number.
    public mutating func published(_ publishing: Publishing, at now: ContinuousClock.Instant) -> UInt64 {
        entries.append(
            Entry(
                exchange: publishing.exchange,
                routingKey: publishing.routingKey,
                messageID: publishing.properties.messageID,
                body: publishing.body,
                publishedAt: now
            )
        )
    }

    /// `basic.ack` from the broker.
    public mutating func acknowledged(_ sequence: UInt64, multiple: Bool) -> [Action] {
        answer(sequence, multiple: multiple, name: "basic.ack") { .confirmed($0) }
    }

    /// `basic.nack` from the broker.
    public mutating func refused(_ sequence: UInt64, multiple: Bool) -> [Action] {
        answer(sequence, multiple: multiple, name: "basic.nack") { .refused($0) }
    }

    /// `basic.return` from the broker: marks the publishing; its `basic.ack` follows and settles it.
    ///
    /// A return carries no sequence number. The broker returns in the order of publishing, so the next unmarked
    /// publishing with the same exchange, key, message id and body is the one. Two that agree in all of these are
    /// interchangeable: whichever is marked, one of them arrived and one came back.
    public mutating func returned(_ message: Message, code: UInt16, text: String) -> [Action] {
        let (oldest, next) = (entries.oldest, entries.next)
        let cursor = max(oldest, returnCursor)
        guard let sequence = firstUnmarked(message, in: cursor..<next) ?? firstUnmarked(message, in: oldest..<cursor)
        else {
            let label = "\(message.exchange)/\(message.routingKey)"
            return [.violation("basic.return of a message that is not in flight: \(label)")]
        }
        entries[sequence]?.returned = (code, text)
        returnCursor = sequence + 1
        return []
    }

    /// The channel is gone: nothing will be answered any more.
    public mutating func lost(reason: String) -> [Action] {
        take(entries.oldest..<entries.next) { .unknown($0, reason: reason) }
    }

    private mutating func answer(
        _ sequence: UInt64,
        multiple: Bool,
        name: String,
        _ outcome: (UInt64) -> Action
    ) -> [Action] {
        // Zero with `multiple` means everything so far.
        let last = multiple && sequence == 0 ? entries.next - 1 : sequence
        guard last < entries.next, last > 0 || multiple else {
            return [.violation("\(name) of \(sequence), but only \(entries.next - 1) were published")]
        }
        if multiple { return last < entries.oldest ? [] : take(entries.oldest..<last + 1, outcome) }
        let actions = take(last..<last + 1, outcome)
        return actions.isEmpty ? [.violation("\(name) of \(sequence), which was answered before")] : actions
    }

    private mutating func take(_ range: Range<UInt64>, _ outcome: (UInt64) -> Action) -> [Action] {
        range.compactMap { sequence in
            guard let entry = entries.take(sequence) else { return nil }
            guard let returned = entry.returned else { return outcome(sequence) }
            return .returned(sequence, code: returned.code, text: returned.text)
        }
    }

    private func firstUnmarked(_ message: Message, in range: Range<UInt64>) -> UInt64? {
        range.first { sequence in
            guard let entry = entries[sequence], entry.returned == nil else { return false }
            return entry.exchange == message.exchange && entry.routingKey == message.routingKey
                && entry.messageID == message.properties.messageID && entry.body == message.body
        }
    }
}
