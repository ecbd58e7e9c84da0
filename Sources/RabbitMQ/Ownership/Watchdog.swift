import Glibc
import Synchronization

/// Shuts down the socket of a library call that overstays its deadline: 0.11 can wait for ever in a send.
///
/// One thread for the process, started with the first guard.
final class Watchdog: Sendable {
    static let shared = Watchdog()

    /// How far behind a deadline the shutdown may come.
    private static let resolution: Int32 = 250

    private let guards = Mutex<[WeakGuard]>([])

    private struct WeakGuard {
        weak var value: CallGuard?
    }

    private init() {
        OwnerThread.start(name: "amqp-watchdog") { [self] in
            while true {
                poll(nil, 0, Self.resolution)
                let now = ContinuousClock.now
                let watched = guards.withLock { guards in
                    guards.removeAll { $0.value == nil }
                    return guards.compactMap(\.value)
                }
                for callGuard in watched { callGuard.enforce(now: now) }
            }
        }
    }

    func watch(_ callGuard: CallGuard) { guards.withLock { $0.append(WeakGuard(value: callGuard)) } }
}

/// The deadline of the library call that is running on one connection.
final class CallGuard: Sendable {
    private struct State {
        var descriptor: Int32?
        var deadline: ContinuousClock.Instant?
        var hasFired = false
    }

    private let state: Mutex<State>

    /// `nil` when the process is out of descriptors.
    ///
    /// The guard has a descriptor of its own for the same socket: the library closes its one in the middle of a call when
    /// a heartbeat or an answer is missing, and the number may be another socket's by the time the guard acts.
    init?(descriptor: Int32) {
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard own >= 0 else { return nil }
        state = Mutex(State(descriptor: own))
        Watchdog.shared.watch(self)
    }

    deinit { retire() }

    /// Calls that begin now must have returned after `limit`.
    func arm(for limit: Duration) { state.withLock { $0.deadline = .now + limit } }

    /// No call is running.
    func disarm() { state.withLock { $0.deadline = nil } }

    /// The connection ends.
    func retire() {
        state.withLock { state in
            if let descriptor = state.descriptor { close(descriptor) }
            state.descriptor = nil
            state.deadline = nil
        }
    }

    /// Whether the socket was shut down because a call overstayed.
    var hasFired: Bool { state.withLock(\.hasFired) }

    func enforce(now: ContinuousClock.Instant) {
        state.withLock { state in
            guard let deadline = state.deadline, let descriptor = state.descriptor, now >= deadline else { return }
            state.hasFired = true
            state.deadline = nil
            // Under the lock, so that nobody can close the descriptor in between.
            shutdown(descriptor, Int32(SHUT_RDWR))
        }
    }
}
