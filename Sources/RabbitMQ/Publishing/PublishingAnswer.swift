import AMQP

/// Whoever waits for the answer to a publishing, and the room that the publishing takes until then.
struct PublishingAnswer: Sendable {
    /// When the answer is due, whatever the broker does.
    let deadline: ContinuousClock.Instant
    private let room: PublishingRoom
    private let bytes: Int
    private let caller: CheckedContinuation<Result<Void, PublishFailure>, Never>

    init(
        deadline: ContinuousClock.Instant,
        room: PublishingRoom,
        bytes: Int,
        caller: CheckedContinuation<Result<Void, PublishFailure>, Never>
    ) {
        self.deadline = deadline
        self.room = room
        self.bytes = bytes
        self.caller = caller
    }

    /// Answers; once.
    func resume(returning result: Result<Void, PublishFailure>) {
        room.leave(bytes: bytes)
        caller.resume(returning: result)
    }
}
