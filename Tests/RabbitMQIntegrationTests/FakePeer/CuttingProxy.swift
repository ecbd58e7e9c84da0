import AMQP
import Foundation
import Synchronization

/// A TCP proxy of the loopback interface between a client and the broker that breaks the line as it is told to.
final class CuttingProxy: Sendable {
    enum Direction: Hashable, Sendable { case toBroker, toClient }

    /// What happens to the bytes that come from now on.
    enum Mode: Hashable, Sendable {
        case pass
        /// Lets exactly so many bytes in that direction pass, then ends that line; later lines pass.
        case cut(after: Int, Direction)
        /// Swallows everything and keeps the lines open.
        case silent
    }

    private let server: LoopbackServer

    init(toPort port: Int) throws {
        // The pumps outlive nobody: they share the mode, not the proxy.
        let shared = Line()
        self.shared = shared
        server = try LoopbackServer { client, _ in
            let broker = try LoopbackSocket.connected(toPort: port)
            Thread.detachNewThread { shared.pump(broker, client, .toClient) }
            shared.pump(client, broker, .toBroker)
        }
    }

    private let shared: Line

    var port: Int { server.port }

    func set(_ mode: Mode) { shared.mode.withLock { $0 = mode } }

    /// Whether a cut that was asked for has been made.
    var hasCut: Bool { shared.mode.withLock { $0 } == .pass }

    private final class Line: Sendable {
        let mode = Mutex(Mode.pass)

        func pump(_ source: LoopbackSocket, _ target: LoopbackSocket, _ direction: Direction) {
            defer {
                source.end()
                target.end()
            }
            while let bytes = try? source.read(upTo: 1 << 16) {
                let (passing, isLast) = passing(bytes.count, direction)
                guard (try? target.write(bytes.prefix(passing))) != nil, !isLast else { return }
            }
        }

        private func passing(_ count: Int, _ direction: Direction) -> (count: Int, isLast: Bool) {
            mode.withLock { mode in
                switch mode {
                case .pass: return (count, false)
                case .silent: return (0, false)
                case .cut(let rest, direction):
                    guard count >= rest else {
                        mode = .cut(after: rest - count, direction)
                        return (count, false)
                    }
                    mode = .pass
                    return (rest, true)
                case .cut: return (count, false)
                }
            }
        }
    }
}
