import Foundation
import Glibc
import Synchronization

/// One connection through a cable: two pumps, of which the last one to end closes both ends.
final class CableLine: Sendable {
    /// How a connection ends.
    enum Way: CaseIterable, Sendable {
        /// In order: whoever listens still reads what has arrived.
        case closed
        /// With a reset.
        case reset
    }

    /// Where bytes go.
    enum Direction: CaseIterable, Sendable {
        case toServer
        case toClient
    }

    /// A cut in the middle of what the line carries next.
    struct Cut: Sendable {
        var direction: Direction
        var way: Way
        /// How much of it still arrives.
        var share: Double
    }

    /// What a cable hears of its lines.
    enum Event: Sendable {
        case cutInside
        case ended(CableLine)
    }

    private struct State {
        var cut: Cut?
        var isReset = false
        var isOver = false
        var running = 2
    }

    private static let numbers = Atomic(0)
    /// Counts lines, so that the same seed picks among them in the same order.
    let number = CableLine.numbers.add(1, ordering: .relaxed).newValue
    private let client: Int32
    private let server: Int32
    private let tell: @Sendable (Event) -> Void
    private let state = Mutex(State())

    init(client: Int32, server: Int32, tell: @escaping @Sendable (Event) -> Void) {
        self.client = client
        self.server = server
        self.tell = tell
    }

    func start() {
        var one: Int32 = 1
        var patience = timeval(tv_sec: 0, tv_usec: 200_000)
        for end in [client, server] {
            setsockopt(end, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            // Whoever doesn't read must not keep a cut from happening.
            setsockopt(end, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
        Thread.detachNewThread { [self] in pump(.toServer, from: client, to: server) }
        Thread.detachNewThread { [self] in pump(.toClient, from: server, to: client) }
    }

    /// Ends it wherever it is.
    func cut(_ way: Way) {
        state.withLock { state in
            guard state.running == 2, !state.isOver else { return }
            end(&state, way)
        }
    }

    /// Ends it in the middle of what it carries next in one direction.
    func arm(_ cut: Cut) { state.withLock { $0.cut = cut } }

    /// Lets it be, unless it has been cut.
    func disarm() { state.withLock { $0.cut = nil } }

    /// Both pumps notice; descriptors stay until both have.
    private func end(_ state: inout State, _ way: Way) {
        state.isOver = true
        switch way {
        case .closed:
            shutdown(client, Int32(SHUT_RDWR))
            shutdown(server, Int32(SHUT_RDWR))
        case .reset:
            state.isReset = true
            // Wakes the pumps and sends nothing; the reset goes out when the descriptors are closed.
            shutdown(client, Int32(SHUT_RD))
            shutdown(server, Int32(SHUT_RD))
        }
    }

    private func pump(_ direction: Direction, from source: Int32, to target: Int32) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, !state.withLock(\.isOver) else { break }
            let cut = state.withLock { state in
                let cut = state.cut?.direction == direction ? state.cut : nil
                if cut != nil { state.cut = nil }
                return cut
            }
            guard let cut else {
                guard send(buffer[..<count], to: target) else { break }
                continue
            }
            _ = send(buffer[..<Int(Double(count) * cut.share)], to: target)
            state.withLock { end(&$0, cut.way) }
            tell(.cutInside)
            break
        }
        finish()
    }

    private func send(_ bytes: ArraySlice<UInt8>, to target: Int32) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let part = bytes.withUnsafeBytes {
                Glibc.send(target, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if part < 0, errno == EAGAIN || errno == EINTR, !state.withLock(\.isOver) { continue }
            guard part > 0 else { return false }
            sent += part
        }
        return true
    }

    private func finish() {
        let isLast = state.withLock { state in
            state.running -= 1
            guard state.running == 0 else {
                if !state.isOver { end(&state, .closed) }
                return false
            }
            if state.isReset {
                var atOnce = linger(l_onoff: 1, l_linger: 0)
                for end in [client, server] {
                    setsockopt(end, SOL_SOCKET, SO_LINGER, &atOnce, socklen_t(MemoryLayout<linger>.size))
                }
            }
            close(client)
            close(server)
            return true
        }
        if isLast { tell(.ended(self)) }
    }
}
