#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// A pipe to oneself: anybody signals it, the owner's `poll` notices.
final class WakePipe: Sendable {
    /// For `poll`: readable when somebody has signalled.
    let descriptor: Int32
    private let signalDescriptor: Int32

    /// Throws when the process has no descriptors left.
    init() throws(ServerFailure) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw .lost("the operating system refused a pipe: \(String(cString: strerror(errno)))")
        }
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

    /// Waits for a signal, or until the other descriptor can be read; answers whether that one can.
    ///
    /// Takes the signals that have come.
    func wait(or other: Int32?, milliseconds: Int32) -> Bool {
        var entries = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
        if let other { entries.append(pollfd(fd: other, events: Int16(POLLIN), revents: 0)) }
        _ = poll(&entries, nfds_t(entries.count), milliseconds)
        var bytes = [UInt8](repeating: 0, count: 64)
        while read(descriptor, &bytes, bytes.count) == bytes.count {}
        return entries.count > 1 && entries[1].revents != 0
    }
}
