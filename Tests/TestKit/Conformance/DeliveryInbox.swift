public import AMQP
import Synchronization

/// Reads a delivery source to its end and keeps what came, so that a test can wait for it.
public final class DeliveryInbox: Sendable {
    private struct State {
        var deliveries: [Delivery] = []
        var hasEnded = false
    }

    private let state = Mutex(State())
    private let patience: Duration

    /// Starts reading at once; it goes on until the source ends.
    public init(_ source: any DeliverySource, patience: Duration = .seconds(15)) {
        self.patience = patience
        let deliveries = source.deliveries
        Task {
            for await delivery in deliveries { state.withLock { $0.deliveries.append(delivery) } }
            state.withLock { $0.hasEnded = true }
        }
    }

    /// Everything that came so far.
    public var all: [Delivery] { state.withLock(\.deliveries) }

    /// Whether the source has ended.
    public var hasEnded: Bool { state.withLock(\.hasEnded) }

    /// Everything that came, once it is that many.
    public func first(_ count: Int) async throws -> [Delivery] {
        do {
            try await eventually("\(count) deliveries", within: patience) { self.all.count >= count }
        } catch let error as NotInTime {
            throw NotInTime(description: "\(error.description); there are \(all.count)")
        }
        return Array(all.prefix(count))
    }
}
