import Foundation
import Synchronization

/// Accepts connections on the loopback interface and gives each a thread, until it is let go.
final class LoopbackServer: Sendable {
    private struct State {
        var sockets: [LoopbackSocket] = []
        var hasEnded = false
    }

    let port: Int
    private let listener: LoopbackSocket
    private let state: Mutex<State>

    /// `serve` gets each connection with its number, from 1; the connection ends with it.
    init(_ serve: @escaping @Sendable (LoopbackSocket, Int) throws -> Void) throws {
        let (listener, port) = try LoopbackSocket.listening()
        (self.listener, self.port) = (listener, port)
        state = Mutex(State())
        Thread.detachNewThread { [weak self] in
            for number in 1... {
                guard let socket = try? listener.accepted(), let self, self.keep(socket) else { return }
                Thread.detachNewThread {
                    // A script that ends early, because the other side went, ends the connection like any other.
                    try? serve(socket, number)
                    socket.end()
                }
            }
        }
    }

    private func keep(_ socket: LoopbackSocket) -> Bool {
        state.withLock { state in
            state.sockets.append(socket)
            return !state.hasEnded
        }
    }

    /// Ends every connection; those that come later are accepted again.
    func endConnections() {
        let sockets = state.withLock { state in
            defer { state.sockets = [] }
            return state.sockets
        }
        for socket in sockets { socket.end() }
    }

    deinit {
        state.withLock { $0.hasEnded = true }
        listener.end()
        endConnections()
    }
}
