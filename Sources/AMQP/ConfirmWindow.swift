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

    private struct Entry: Sendable {
        var publishing: Publishing
        var publishedAt: ContinuousClock.Instant
        var returned: (code: UInt16, text: String)?
    }

    private var entries: [UInt64: Entry] = [:]
    /// Every sequence number below it has been answered.
    private var oldest: UInt64 = 1
    private var next: UInt64 = 1
    /// Where the search for the next returned publishing begins.
    private var returnCursor: UInt64 = 1

    /// A window before the first publishing of a channel.
    public init() {}

    /// Publishings without an answer.
    public var count: Int { entries.count }

    /// When the oldest publishing without an answer was published.
    public var oldestPublishedAt: ContinuousClock.Instant? { entries[oldest]?.publishedAt }

    /// Notes a publishing that is about to be sent and gives it the channel's next sequence number.
    public mutating func published(_ publishing: Publishing, at now: ContinuousClock.Instant) -> UInt64 {
        defer { next += 1 }
        entries[next] = Entry(publishing: publishing, publishedAt: now)
        return next
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
        let actions = entries.keys.sorted().map { sequence in
            settled(sequence) { .unknown($0, reason: reason) }
        }
        entries.removeAll()
        oldest = next
        return actions
    }

    private mutating func answer(
        _ sequence: UInt64,
        multiple: Bool,
        name: String,
        _ outcome: (UInt64) -> Action
    ) -> [Action] {
        // Zero with `multiple` means everything so far.
        let last = multiple && sequence == 0 ? next - 1 : sequence
        guard last < next, last > 0 || multiple else {
            return [.violation("\(name) of \(sequence), but only \(next - 1) were published")]
        }
        var actions: [Action] = []
        if multiple {
            var current = oldest
            while current <= last {
                if entries[current] != nil { actions.append(settled(current, outcome)) }
                entries[current] = nil
                current += 1
            }
        } else if entries[last] != nil {
            actions.append(settled(last, outcome))
            entries[last] = nil
        } else {
            return [.violation("\(name) of \(sequence), which was answered before")]
        }
        while oldest < next, entries[oldest] == nil { oldest += 1 }
        return actions
    }

    private func settled(_ sequence: UInt64, _ outcome: (UInt64) -> Action) -> Action {
        if let returned = entries[sequence]?.returned {
            .returned(sequence, code: returned.code, text: returned.text)
        } else {
            outcome(sequence)
        }
    }

    private func firstUnmarked(_ message: Message, in range: Range<UInt64>) -> UInt64? {
        range.first { sequence in
            guard let entry = entries[sequence], entry.returned == nil else { return false }
            let publishing = entry.publishing
            return publishing.exchange == message.exchange && publishing.routingKey == message.routingKey
                && publishing.properties.messageID == message.properties.messageID && publishing.body == message.body
        }
    }
}
