import Foundation
import Glibc
import Synchronization

/// A TCP socket of the loopback interface, for threads that may wait.
///
/// `end` may come from any thread: it shuts the socket down, and whoever waits on it returns. The number is given back
/// with the last reference only, so it never means somebody else's socket.
final class LoopbackSocket: Sendable {
    struct Ended: Error {}

    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Listens on a port that the system chooses.
    static func listening() throws -> (socket: LoopbackSocket, port: Int) {
        let socket = LoopbackSocket(
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        )
        var address = Self.address(port: 0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket.descriptor, generic, length) == 0 && getsockname(socket.descriptor, generic, &length) == 0
            }
        }
        guard isBound, listen(socket.descriptor, 16) == 0 else { throw Ended() }
        return (socket, Int(UInt16(bigEndian: address.sin_port)))
    }

    static func connected(toPort port: Int) throws -> LoopbackSocket {
        let socket = LoopbackSocket(
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        )
        var address = Self.address(port: port)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(socket.descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Ended() }
        return socket
    }

    private static func address(port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    func accepted() throws -> LoopbackSocket {
        let accepted = accept(descriptor, nil, nil)
        guard accepted >= 0 else { throw Ended() }
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return LoopbackSocket(accepted)
    }

    /// At least one byte.
    func read(upTo count: Int) throws -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            filled = max(0, recv(descriptor, buffer.baseAddress, count, 0))
        }
        guard !bytes.isEmpty else { throw Ended() }
        return bytes
    }

    func read(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count { bytes += try read(upTo: count - bytes.count) }
        return bytes
    }

    func write(_ bytes: some Collection<UInt8>) throws {
        var rest = Array(bytes)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Ended() }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads nothing and returns when the other side has closed.
    func waitForEnd() {
        // Linux's POLLRDHUP: the other side's end shows although bytes wait.
        var polled = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        while Glibc.poll(&polled, 1, -1) < 0, errno == EINTR {}
    }

    /// Returns after the time, or early when the other side has gone.
    func poll(milliseconds: Int32) {
        var polled = pollfd(fd: descriptor, events: 0x2000, revents: 0)
        _ = Glibc.poll(&polled, 1, milliseconds)
    }

    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }
}
