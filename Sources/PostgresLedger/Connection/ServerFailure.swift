/// Why the server did not do it.
struct ServerFailure: Error, Hashable, Sendable {
    /// The five characters of SQLSTATE; empty when the connection was lost or the client itself refused.
    var code: String
    /// What the server, or libpq, said.
    var message: String

    /// The connection is gone, or the server has said that it ends it: what was asked may have been done or not.
    var isLoss: Bool { code.isEmpty || code.hasPrefix("08") || code.hasPrefix("57P") }

    /// The server isn't there, or not yet: neither the address nor the user is at fault as far as one can tell.
    var isAway: Bool {
        guard code.isEmpty else { return code.hasPrefix("57P") }
        // What a server says before there is a session comes as text alone.
        let isRefused = message.contains("FATAL:") || message.contains("SSL") || message.contains("certificate")
        // 14 and newer say "not yet accepting connections" while they recover from a crash.
        let passing = ["starting up", "shutting down", "not yet accepting", "in recovery mode", "too many"]
        return !isRefused || passing.contains { message.contains($0) }
    }

    /// Another transaction was in the way; the same may work now.
    ///
    /// A second first receipt of one identity breaks a unique index: asked again, it is a later receipt.
    var isCollision: Bool { ["40001", "40P01", "55P03", "23505"].contains(code) }

    /// It says something of this very statement and its values, and nothing of others beside it.
    var isOwnFault: Bool { ["21", "22", "23", "54", "P0"].contains { code.hasPrefix($0) } }

    static func lost(_ message: String) -> ServerFailure { ServerFailure(code: "", message: message) }
}
