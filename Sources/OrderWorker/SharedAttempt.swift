import Synchronization

/// Work that is done once for all who ask for it while it is under way, so that many who meet the same trouble at the
/// same time don't use up what one attempt costs as many times: a thread, a connection.
final class SharedAttempt: Sendable {
    private let work: @Sendable () async -> Void
    private let current = Mutex<Task<Void, Never>?>(nil)

    init(_ work: @escaping @Sendable () async -> Void) { self.work = work }

    /// Returns when the attempt that is under way, or the one that this begins, has ended.
    func run() async { await joined().value }

    /// The attempt that is under way, or a new one.
    func joined() -> Task<Void, Never> {
        current.withLock { current in
            if let current { return current }
            // Detached: it is nobody's own, and must not carry what belongs to the command that happened to be first.
            let attempt = Task.detached { [self] in
                await work()
                self.current.withLock { $0 = nil }
            }
            current = attempt
            return attempt
        }
    }
}
