import Foundation
import OrderFulfilment

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// The right to write one ledger file: an advisory lock on `<path>.lock`, held by one process until it lets go or dies.
///
/// The lock is the kernel's, not the file's existence: a file that a killed process left behind holds nobody up. The
/// file is never deleted, since deleting would let two processes lock two files of the same name.
final class WriterLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock, or throws with the process id of who has it.
    init(path: String) throws(LedgerFailure) {
        let lockPath = path + ".lock"
        let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else {
            throw .unavailable("The lock file \(lockPath) can't be opened: \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let reason = errno
            defer { _ = close(descriptor) }
            guard reason == EWOULDBLOCK else {
                throw .unavailable("The lock file \(lockPath) can't be locked: \(String(cString: strerror(reason))).")
            }
            throw .unavailable(
                "The ledger \(path) is in use by process \(Self.holder(descriptor)): one process at a time writes it. "
                    + "Stop that one first, or give this worker a ledger of its own."
            )
        }
        let line = Array("\(getpid())\n".utf8)
        _ = ftruncate(descriptor, 0)
        _ = pwrite(descriptor, line, line.count, 0)
        self.descriptor = descriptor
    }

    deinit { _ = close(descriptor) }

    private static func holder(_ descriptor: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 32)
        let count = pread(descriptor, &buffer, buffer.count, 0)
        let digits = buffer.prefix(max(0, count)).prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        return digits.isEmpty ? "of unknown number" : String(decoding: digits, as: UTF8.self)
    }
}
