import Foundation
import Glibc
import Synchronization

/// A TCP line of the loopback interface to some port, which can be cut in the middle of whatever it carries.
final class Cable: Sendable {
    private let listener: Int32
    private let ends = Mutex<[Int32: Bool]>([:])

    /// Where clients connect to.
    let port: Int

    init(to target: Int) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        guard isBound, listen(listener, 64) == 0 else { throw NotInTime(description: "can't listen on a port") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                connect(client, to: target)
            }
        }
    }

    /// Ends every connection that is there now, wherever it is.
    func cut() {
        ends.withLock { ends in
            for end in ends.keys { shutdown(end, Int32(SHUT_RDWR)) }
        }
    }

    private func connect(_ client: Int32, to target: Int) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(target)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.connect(server, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(server)
            close(client)
            return
        }
        var one: Int32 = 1
        for end in [client, server] {
            setsockopt(end, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        ends.withLock { ends in
            ends[client] = true
            ends[server] = true
        }
        let line = Line(cable: self, first: client, second: server)
        Thread.detachNewThread { line.pump(from: client, to: server) }
        Thread.detachNewThread { line.pump(from: server, to: client) }
    }

    fileprivate func forget(_ first: Int32, _ second: Int32) {
        ends.withLock { ends in
            ends[first] = nil
            ends[second] = nil
            close(first)
            close(second)
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}

/// One connection through a cable: two pumps, of which the last one to end closes both ends.
private final class Line: Sendable {
    private let cable: Cable
    private let first: Int32
    private let second: Int32
    private let running = Atomic(2)

    init(cable: Cable, first: Int32, second: Int32) {
        self.cable = cable
        self.first = first
        self.second = second
    }

    func pump(from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        reading: while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            var sent = 0
            while sent < count {
                let part = buffer.withUnsafeBytes {
                    send(target, $0.baseAddress?.advanced(by: sent), count - sent, Int32(MSG_NOSIGNAL))
                }
                guard part > 0 else { break reading }
                sent += part
            }
        }
        shutdown(source, Int32(SHUT_RDWR))
        shutdown(target, Int32(SHUT_RDWR))
        if running.subtract(1, ordering: .acquiringAndReleasing).newValue == 0 { cable.forget(first, second) }
    }
}
