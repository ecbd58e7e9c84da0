import OrderMessages
import Synchronization

/// The commands that this process has in hand, so that another delivery of one can go with it.
final class InHand: Sendable {
    private struct Joined {
        var waiters: [CheckedContinuation<Bool, Never>] = []
    }

    private let running = Mutex<[CommandIdentity: Joined]>([:])

    /// The command is in hand from now on.
    func begin(_ identity: CommandIdentity) {
        running.withLock { running in
            if running[identity] == nil { running[identity] = Joined() }
        }
    }

    /// The command is not in hand any more; `isSafe` when its delivery was acknowledged or would have been.
    func end(_ identity: CommandIdentity, isSafe: Bool) {
        let joined = running.withLock { $0.removeValue(forKey: identity) }
        for waiter in joined?.waiters ?? [] { waiter.resume(returning: isSafe) }
    }

    /// Whether the command is in hand.
    func contains(_ identity: CommandIdentity) -> Bool { running.withLock { $0[identity] != nil } }

    /// Waits until the running one has ended, and answers whether its delivery was safe to acknowledge;
    /// answers `nil` at once when none is running here.
    func join(_ identity: CommandIdentity) async -> Bool? {
        let isRunning = running.withLock { $0[identity] != nil }
        guard isRunning else { return nil }
        return await withCheckedContinuation { continuation in
            let ended = running.withLock { running in
                running[identity]?.waiters.append(continuation)
                return running[identity] == nil
            }
            // It ended between the two looks: what it did is in the ledger, so nothing is lost by asking again.
            if ended { continuation.resume(returning: false) }
        }
    }
}
