import AMQP
import DequeModule
import Synchronization

/// How many publishings, and how many bytes of them, the publisher holds at once, on their way or waiting: whoever comes
/// when it is full waits outside, in turn, without a thread.
final class PublishingRoom: Sendable {
    private struct Visitor {
        var number: UInt64
        var bytes: Int
        var deadline: ContinuousClock.Instant
        var answer: CheckedContinuation<PublishFailure?, Never>
    }

    private struct State {
        var count = 0
        var bytes = 0
        var isClosed = false
        var nextNumber: UInt64 = 0
        /// In order of arrival, which is the order of their deadlines too.
        var visitors: Deque<Visitor> = []
    }

    private let countLimit: Int
    private let byteLimit: Int
    private let state = Mutex(State())

    init(count: Int, bytes: Int) {
        countLimit = count
        byteLimit = bytes
    }

    /// Publishings inside.
    var count: Int { state.withLock { $0.count } }

    /// Publishings outside.
    var waiting: Int { state.withLock { $0.visitors.count } }

    /// When `expire` has to be called next.
    var nextDeadline: ContinuousClock.Instant? { state.withLock { $0.visitors.first?.deadline } }

    /// Returns when there is room and takes it; every return is followed by one `leave`.
    func enter(bytes: Int, deadline: ContinuousClock.Instant) async throws(PublishFailure) {
        let (number, isInside) = try reserve(bytes)
        guard !isInside else { return }
        let failure = await withTaskCancellationHandler {
            await withCheckedContinuation { answer in
                let visitor = Visitor(number: number, bytes: bytes, deadline: deadline, answer: answer)
                if let settled = wait(visitor) { answer.resume(returning: settled) }
            }
        } onCancel: {
            let visitor = state.withLock { state in
                state.visitors.firstIndex { $0.number == number }.map { state.visitors.remove(at: $0) }
            }
            visitor?.answer.resume(returning: Self.cancelled)
            // It may have stood in the way of a smaller one.
            admit()
        }
        if let failure { throw failure }
    }

    /// Gives the room of one publishing back.
    func leave(bytes: Int) {
        state.withLock { state in
            state.count -= 1
            state.bytes -= bytes
        }
        admit()
    }

    /// Answers whoever has waited too long.
    func expire(now: ContinuousClock.Instant, reason: @autoclosure () -> String) -> Int {
        let late = state.withLock { state in
            var late: [Visitor] = []
            while let first = state.visitors.first, now >= first.deadline { late.append(state.visitors.removeFirst()) }
            return late
        }
        guard !late.isEmpty else { return 0 }
        let failure = PublishFailure.unknown("not sent within the confirm timeout: \(reason())")
        for visitor in late { visitor.answer.resume(returning: failure) }
        admit()
        return late.count
    }

    /// Nobody enters any more.
    func close() {
        let visitors = state.withLock { state in
            state.isClosed = true
            defer { state.visitors = [] }
            return state.visitors
        }
        for visitor in visitors { visitor.answer.resume(returning: .closed) }
    }

    private static let cancelled = PublishFailure.unknown("cancelled before it was sent")

    private func reserve(_ bytes: Int) throws(PublishFailure) -> (number: UInt64, isInside: Bool) {
        let (number, isInside, isClosed) = state.withLock { state in
            let isInside = !state.isClosed && state.visitors.isEmpty && hasRoom(for: bytes, state)
            if isInside { take(bytes, &state) }
            state.nextNumber += 1
            return (state.nextNumber, isInside, state.isClosed)
        }
        if isClosed { throw .closed }
        return (number, isInside)
    }

    /// `nil` when the visitor's turn comes later; otherwise what became of it, `.some(nil)` being room.
    private func wait(_ visitor: Visitor) -> PublishFailure?? {
        state.withLock { state in
            if state.isClosed { return .some(.closed) }
            // Under the lock: a cancellation from here on finds the visitor.
            if Task.isCancelled { return .some(Self.cancelled) }
            if state.visitors.isEmpty, hasRoom(for: visitor.bytes, state) {
                take(visitor.bytes, &state)
                return .some(nil)
            }
            state.visitors.append(visitor)
            return nil
        }
    }

    private func admit() {
        let admitted = state.withLock { state in
            var admitted: [Visitor] = []
            while let first = state.visitors.first, hasRoom(for: first.bytes, state) {
                take(first.bytes, &state)
                admitted.append(state.visitors.removeFirst())
            }
            return admitted
        }
        for visitor in admitted { visitor.answer.resume(returning: nil) }
    }

    /// One that is larger than the whole room is let in alone: refusing it for ever would help nobody.
    private func hasRoom(for bytes: Int, _ state: State) -> Bool {
        state.count == 0 || (state.count < countLimit && state.bytes + bytes <= byteLimit)
    }

    private func take(_ bytes: Int, _ state: inout State) {
        state.count += 1
        state.bytes += bytes
    }
}
