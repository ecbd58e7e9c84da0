import Synchronization

/// Deliveries between the owner of a connection and whoever iterates.
///
/// The prefetches bound it.
///
/// Unlike the buffer of an `AsyncStream` it can be taken back: what nobody has read when a connection ends must not be
/// begun any more.
public final class DeliveryBuffer: Sendable {
    private struct State {
        var deliveries: [Delivery] = []
        /// Everything before it has been read; the array is cut when the half of it has.
        var head = 0
        var reader: CheckedContinuation<Delivery?, Never>?
        var isFinished = false

        mutating func popFirst() -> Delivery? {
            guard head < deliveries.count else { return nil }
            defer {
                head += 1
                if head * 2 > deliveries.count {
                    deliveries.removeFirst(head)
                    head = 0
                }
            }
            return deliveries[head]
        }

        mutating func takeAll() -> [Delivery] {
            defer { (deliveries, head) = ([], 0) }
            return Array(deliveries[head...])
        }

        mutating func takeReader() -> CheckedContinuation<Delivery?, Never>? {
            defer { reader = nil }
            return reader
        }
    }

    private let state = Mutex(State())

    /// An empty buffer that is still open.
    public init() {}

    /// A stream that reads this buffer.
    ///
    /// One at a time.
    public var stream: AsyncStream<Delivery> { AsyncStream { await self.next() } }

    /// Hands a delivery over; `false` when nobody will read any more.
    public func append(_ delivery: Delivery) -> Bool { append(contentsOf: CollectionOfOne(delivery)) }

    /// Hands deliveries over, in order, and wakes the reader once; `false` when nobody will read any more.
    public func append(contentsOf deliveries: some Collection<Delivery>) -> Bool {
        let (reader, first, isAccepted): (CheckedContinuation<Delivery?, Never>?, Delivery?, Bool) = state.withLock {
            state in
            guard !state.isFinished else { return (nil, nil, false) }
            state.deliveries.append(contentsOf: deliveries)
            guard state.reader != nil, let first = state.popFirst() else { return (nil, nil, true) }
            return (state.takeReader(), first, true)
        }
        reader?.resume(returning: first)
        return isAccepted
    }

    /// Takes back what nobody has read.
    public func removeAll() -> [Delivery] { state.withLock { $0.takeAll() } }

    /// Ends the reading at once and takes back what nobody has read.
    public func finish() -> [Delivery] {
        let (unread, reader) = state.withLock { state in
            state.isFinished = true
            return (state.takeAll(), state.takeReader())
        }
        reader?.resume(returning: nil)
        return unread
    }

    private func next() async -> Delivery? {
        // Most often something is there, and nobody has to wait for it.
        if let delivery = state.withLock({ $0.popFirst() }) { return delivery }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (displaced, answer): (CheckedContinuation<Delivery?, Never>?, Delivery??) = state.withLock {
                    state in
                    if let delivery = state.popFirst() { return (nil, .some(delivery)) }
                    if state.isFinished || Task.isCancelled { return (nil, .some(nil)) }
                    // A second reader is a programming error; the first one must not hang for it.
                    let displaced = state.takeReader()
                    state.reader = continuation
                    return (displaced, nil)
                }
                displaced?.resume(returning: nil)
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.takeReader() }?.resume(returning: nil)
        }
    }
}
