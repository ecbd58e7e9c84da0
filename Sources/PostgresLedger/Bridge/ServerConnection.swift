import CPostgres

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// One connection to the server, used from one thread alone.
///
/// libpq is kept non-blocking throughout: every wait is a `poll` of ours with a deadline, which also ends when the
/// owner's wake-up descriptor is signalled, where that is asked for.
final class ServerConnection {
    /// Looked at between waits: what must go on while the server takes its time.
    typealias Tick = () -> Void

    let handle: OpaquePointer
    private let tick: Tick

    /// Connects, or throws when the server isn't there by the deadline.
    init(_ parameters: ConnectionParameters, deadline: Deadline, tick: @escaping Tick = {}) throws(ServerFailure) {
        handle = try Self.connected(parameters, deadline, tick)
        self.tick = tick
    }

    deinit { PQfinish(handle) }

    /// The socket, for whoever waits on several things at once.
    var descriptor: Int32 { PQsocket(handle) }

    /// The server's version, such as 150020.
    var serverVersion: Int { Int(PQserverVersion(handle)) }

    /// What libpq last said, in one line.
    func failure() -> ServerFailure { Self.failure(of: handle) }

    /// Waits until the socket can be read or written.
    func wait(for events: Int32, _ deadline: Deadline) throws(ServerFailure) {
        try Self.wait(for: events, on: handle, deadline, tick)
    }

    /// Sends what still waits in libpq, reading meanwhile, so that neither side waits for the other.
    func flush(_ deadline: Deadline) throws(ServerFailure) {
        while true {
            switch PQflush(handle) {
            case 0: return
            case 1:
                try wait(for: POLLIN | POLLOUT, deadline)
                guard PQconsumeInput(handle) == 1 else { throw failure() }
            case _: throw failure()
            }
        }
    }

    /// The next result; `nil` when there is none for the statement in question any more.
    func nextResult(_ deadline: Deadline) throws(ServerFailure) -> ServerResult? {
        while PQisBusy(handle) == 1 {
            try flush(deadline)
            try wait(for: POLLIN, deadline)
            guard PQconsumeInput(handle) == 1 else { throw failure() }
        }
        return PQgetResult(handle).map(ServerResult.init)
    }

    /// What has been notified since the last look.
    func notifications() throws(ServerFailure) -> [String] {
        guard PQconsumeInput(handle) == 1 else { throw failure() }
        var payloads: [String] = []
        while let notification = PQnotifies(handle) {
            payloads.append(String(cString: notification.pointee.extra))
            PQfreemem(notification)
        }
        return payloads
    }

    static func sentence(_ text: UnsafePointer<CChar>?) -> String {
        let text = text.map { String(cString: $0) } ?? ""
        let words = text.split(whereSeparator: \.isNewline).map { $0.trimmingPrefix(while: \.isWhitespace) }
        let sentence = words.joined(separator: " ")
        // It stands in the middle of a sentence of ours.
        return sentence.isEmpty ? "no reason given" : sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence
    }
}
