import Glibc

/// A pipe to oneself: anybody signals it, the owner's `poll` notices.
final class WakeUp: Sendable {
    /// For `poll`: readable when somebody has signalled.
    let descriptor: Int32
    private let signalDescriptor: Int32

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
    /// A full pipe is a signal too, so the result does not matter.
    func signal() {
        var byte: UInt8 = 1
        _ = write(signalDescriptor, &byte, 1)
    }

    /// Takes the signals that have come; the next one wakes again.
    func clear() {
        withUnsafeTemporaryAllocation(byteCount: 64, alignment: 1) { buffer in
            while read(descriptor, buffer.baseAddress, buffer.count) == buffer.count {}
        }
    }
}
