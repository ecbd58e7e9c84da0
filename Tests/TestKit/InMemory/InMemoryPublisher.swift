public import AMQP
import Synchronization

/// The outgoing half of the in-memory broker.
///
/// Failures can be put in its way.
public final class InMemoryPublisher: Publisher {
    private struct State {
        var isClosed = false
        var failures: [PublishFailure] = []
        var refusals: [ExchangeName: PublishFailure] = [:]
        var blocked: String?
        var published: [Publishing] = []
    }

    private let broker: InMemoryBroker
    private let state = Mutex(State())

    init(broker: InMemoryBroker) { self.broker = broker }

    /// The next publishings fail like this, in order, and reach no queue.
    public func failNext(_ failures: PublishFailure...) { state.withLock { $0.failures += failures } }

    /// Every publishing to that exchange fails like this from now on, and reaches no queue; `nil` ends that.
    public func refuse(_ exchange: ExchangeName, with failure: PublishFailure?) {
        state.withLock { $0.refusals[exchange] = failure }
    }

    /// The broker says `connection.blocked` for that reason; `nil` ends that.
    public func block(_ reason: String?) { state.withLock { $0.blocked = reason } }

    /// Everything that was confirmed, in order.
    public var confirmed: [Publishing] { state.withLock(\.published) }

    /// Routes at once.
    public func publish(_ publishing: Publishing) async throws(PublishFailure) {
        let defect = broker.withState(\.defect)
        let failure: PublishFailure? = state.withLock { state in
            if state.isClosed, defect != .publishesAfterClose { return .closed }
            return state.failures.isEmpty ? state.refusals[publishing.exchange] : state.failures.removeFirst()
        }
        if let failure { throw failure }
        if let trouble = Self.trouble(with: publishing), defect != .acceptsAnyLength { throw .invalid(trouble) }
        if defect == .losesOneOfMany, state.withLock({ $0.published.count }) == 33 { return }
        let message = Message(
            exchange: publishing.exchange,
            routingKey: publishing.routingKey,
            properties: publishing.properties,
            body: publishing.body
        )
        if let failure = broker.withState({ $0.publish(message) }) { throw failure }
        state.withLock { $0.published.append(publishing) }
    }

    /// Why it doesn't fit into AMQP: short texts are short, and headers fit into a frame.
    private static func trouble(with publishing: Publishing) -> String? {
        let properties = publishing.properties
        let texts = [
            publishing.exchange.rawValue, publishing.routingKey.rawValue, properties.contentType,
            properties.contentEncoding, properties.correlationID, properties.replyTo, properties.expiration,
            properties.messageID, properties.type, properties.userID, properties.appID,
        ]
        if texts.contains(where: { $0.map { $0.utf8.count > 255 } ?? false }) { return "a text is over 255 bytes" }
        let headers = properties.headers.isEmpty ? 0 : (try? properties.headers.encoded().count) ?? .max
        return headers > 128 << 10 ? "the headers are over a frame" : nil
    }

    /// Everything after it fails with `closed`.
    public func close() async { state.withLock { $0.isClosed = true } }

    /// What is true of the connection now.
    public var status: PublisherStatus {
        state.withLock { state in
            PublisherStatus(
                canConfirm: !state.isClosed && state.blocked == nil,
                blocked: state.blocked,
                trouble: state.isClosed ? "closed" : nil
            )
        }
    }
}
