import Synchronization

/// What clients have said to a fake peer.
final class PeerLog: Sendable {
    private struct State {
        var methods: [Int: [PeerMethod]] = [:]
        var consumerTags: [Int: String] = [:]
        var published: [String] = []
    }

    private let state = Mutex(State())

    func note(_ method: PeerMethod, from connection: Int) {
        state.withLock { $0.methods[connection, default: []].append(method) }
    }

    func consumes(_ tag: String, from connection: Int) {
        state.withLock { state in
            if state.consumerTags[connection] == nil { state.consumerTags[connection] = tag }
        }
    }

    func published(_ messageID: String) { state.withLock { $0.published.append(messageID) } }

    /// The methods of one connection, in order.
    func methods(from connection: Int) -> [PeerMethod] { state.withLock { $0.methods[connection] ?? [] } }

    func has(_ method: PeerMethod, from connection: Int) -> Bool { methods(from: connection).contains(method) }

    /// The tag of the first consumer.
    func consumerTag(from connection: Int) -> String { state.withLock { $0.consumerTags[connection] ?? "" } }

    /// The ids of what came completely, in order, over all connections.
    var published: [String] { state.withLock(\.published) }

    /// Connections that have said something.
    var connections: Int { state.withLock(\.methods.count) }
}
