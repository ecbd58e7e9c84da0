import Glibc
import Synchronization

/// A pipe to oneself: anybody signals it, the owner's `poll` notices.
final class WakeUp: Sendable {
    /// For `poll`: readable when somebody has signalled.
    let descriptor: Int32
    private let signalDescriptor: Int32
    private let state = Atomic(State.idle)

    private enum State: UInt8, AtomicRepresentable {
        /// The owner is awake and has seen every signal.
        case idle
        /// The owner sleeps, or is about to: only now does a signal cost a system call.
        case awaited
        /// There was a signal that the owner has not seen.
        case signalled
    }

    convenience init() {
        // Not reachable from remote input: the process is out of descriptors before it has begun.
        guard let ends = Self.pipeEnds() else { preconditionFailure("the operating system refused a pipe") }
        self.init(ends)
    }

    private init(_ ends: (reading: Int32, writing: Int32)) { (descriptor, signalDescriptor) = ends }

    /// `nil` when the process has no descriptors left.
    static func ifPossible() -> WakeUp? { pipeEnds().map(WakeUp.init) }

    private static func pipeEnds() -> (reading: Int32, writing: Int32)? {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return nil }
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        return (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(signalDescriptor)
    }

    /// Wakes the owner, or keeps it awake.
    func signal() {
        guard state.exchange(.signalled, ordering: .sequentiallyConsistent) == .awaited else { return }
        var byte: UInt8 = 1
        // A full pipe is a signal too, so the result does not matter.
        _ = write(signalDescriptor, &byte, 1)
    }

    /// The owner looks now: signals before this one have been seen.
    func reset() { state.store(.idle, ordering: .sequentiallyConsistent) }

    /// From here on a signal makes the descriptor readable; `false` when there was one that the owner has not seen.
    func await() -> Bool {
        state.compareExchange(expected: .idle, desired: .awaited, ordering: .sequentiallyConsistent).exchanged
    }

    /// Takes the bytes of signals out of the descriptor.
    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }
}
