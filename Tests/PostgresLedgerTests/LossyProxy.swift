import Foundation
import Synchronization

@testable import PostgresLedger

/// Stands between a ledger and its server, and loses what the server answers when it is told to.
final class LossyProxy: Sendable {
    /// What becomes of the answer to a COMMIT, which the server has carried out by then.
    enum Mode: Sendable {
        case pass
        /// The next one is lost and the connection with it; later ones pass.
        case loseOne
        /// So is every one, and nobody gets a new connection.
        case loseAll
        /// The next call to wake is kept back; what comes after it passes.
        case holdWake
    }

    /// Lets go of what is kept back, however long ago its sender has gone.
    let release: WakePipe

    let port: Int
    private let listener: Int32
    private let server: Int
    private let mode = Mutex(Mode.pass)
    private let lost = Atomic<Int>(0)

    init(to server: Int) throws {
        self.server = server
        release = try WakePipe()
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listening, generic, length) == 0 && listen(listening, 16) == 0
                    && getsockname(listening, generic, &length) == 0
            }
        }
        guard isBound else { throw ServerFailure.lost("no port for the proxy") }
        port = Int(UInt16(bigEndian: address.sin_port))
        try OwnThread.start("proxy") { self.accept() }
    }

    /// Answers that were lost so far.
    var losses: Int { lost.load(ordering: .relaxed) }

    func set(_ new: Mode) { mode.withLock { $0 = new } }

    /// No new connections from now on.
    func end() { shutdown(listener, Int32(SHUT_RDWR)) }

    private func accept() {
        while true {
            let client = Glibc.accept(listener, nil, nil)
            guard client >= 0 else { return }
            let isRefused = mode.withLock { if case .loseAll = $0 { true } else { false } }
            let upstream = isRefused ? -1 : connectToServer()
            guard upstream >= 0 else {
                close(client)
                continue
            }
            do throws(ServerFailure) {
                try OwnThread.start("proxy") { self.carry(client, upstream) }
            } catch {
                close(client)
                close(upstream)
            }
        }
    }

    private func connectToServer() -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(server)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return result == 0 ? descriptor : -1
    }

    private func carry(_ client: Int32, _ upstream: Int32) {
        defer {
            close(client)
            close(upstream)
        }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            var entries = [client, upstream].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            guard poll(&entries, 2, -1) > 0 else { return }
            for (from, to) in [(0, upstream), (1, client)] where entries[from].revents != 0 {
                let count = read(entries[from].fd, &buffer, buffer.count)
                guard count > 0 else { return }
                if from == 1, shallLose(buffer[..<count]) { return }
                if from == 0, shallHold(buffer[..<count]) {
                    _ = release.wait(or: nil, milliseconds: 60_000)
                    _ = send(to, buffer, count, Int32(MSG_NOSIGNAL))
                    // Until the server has done it, or has gone.
                    var answer = pollfd(fd: to, events: Int16(POLLIN), revents: 0)
                    _ = poll(&answer, 1, 5_000)
                    lost.add(1, ordering: .relaxed)
                    return
                }
                guard send(to, buffer, count, Int32(MSG_NOSIGNAL)) == count else { return }
            }
        }
    }

    /// The answer to a COMMIT names it.
    private func shallLose(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard Data(bytes).firstRange(of: Data("COMMIT\0".utf8)) != nil else { return false }
        let loses = mode.withLock { mode in
            switch mode {
            case .pass, .holdWake: return false
            case .loseOne:
                mode = .pass
                return true
            case .loseAll: return true
            }
        }
        if loses { lost.add(1, ordering: .relaxed) }
        return loses
    }

    private func shallHold(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard Data(bytes).firstRange(of: Data("ledger_wake\0".utf8)) != nil else { return false }
        return mode.withLock { mode in
            guard case .holdWake = mode else { return false }
            mode = .pass
            return true
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return address
    }
}
