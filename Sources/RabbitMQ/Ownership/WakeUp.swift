import Glibc
import Synchronization

/// A pipe to oneself: anybody signals it, the owner's `poll` notices.
final class WakeUp: Sendable {
    /// For `poll`: readable when somebody has signalled.
    let descriptor: Int32
    private let signalDescriptor: Int32
    /// Whether the owner sleeps, or is about to: only then does a signal cost a system call.
    private let isAwaited = Atomic(false)

    init() {
        var ends: [Int32] = [-1, -1]
        // Not reachable from remote input: the process is out of descriptors before it has begun.
        precondition(pipe(&ends) == 0, "the operating system refused a pipe: \(String(cString: strerror(errno)))")
        for end in ends {
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
        }
        (descriptor, signalDescriptor) = (ends[0], ends[1])
    }

    deinit {
        close(descriptor)
        close(signalDescriptor)
    }

    /// Wakes the owner.
    ///
    /// Free of cost while it is awake. A full pipe is a signal too, so the result does not matter.
    func signal() {
        guard isAwaited.exchange(false, ordering: .sequentiallyConsistent) else { return }
        var byte: UInt8 = 1
        _ = write(signalDescriptor, &byte, 1)
    }

    /// From here on a signal makes the descriptor readable.
    ///
    /// What was posted before was posted without one: the owner looks once more before it sleeps.
    func await() { isAwaited.store(true, ordering: .sequentiallyConsistent) }

    /// The owner is awake; takes the signals that have come.
    func clear(isReadable: Bool) {
        isAwaited.store(false, ordering: .sequentiallyConsistent)
        guard isReadable else { return }
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }
}
