import Foundation

/// One OS thread that owns one connection: it connects, again and again, and takes the calls that wait.
struct ConnectionThread: Sendable {
    let queue: SubmissionQueue
    let parameters: ConnectionParameters
    /// What every session prepares.
    let statements: [Statement]
    /// Seconds that connecting, and the server's answer to a group, may take.
    var longestAnswer = 10.0
    /// Told of what other workers say.
    var listening: Listening?
    /// The thread's own.
    var stackSize = OwnThread.stackSize

    /// Runs until the queue is closed and empty.
    func start(ended: @escaping @Sendable () -> Void) throws(ServerFailure) {
        let pipe = try WakePipe()
        queue.enter(pipe)
        do throws(ServerFailure) {
            try OwnThread.start("ledger", stackSize: stackSize) {
                var loop = ConnectionLoop(thread: self, pipe: pipe)
                loop.run()
                self.queue.leave()
                ended()
            }
        } catch {
            queue.leave()
            throw error
        }
    }
}
