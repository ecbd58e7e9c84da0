import Foundation
import LocalServers

/// The programs that are built beside this one.
enum Programs {
    static func path(_ name: String) throws -> String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
        let path = own.appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw NotInTime(description: "there is no \(name) beside this program; build it first")
        }
        return path
    }

    /// Runs `order-worker` to its end; answers with its status and what it said.
    static func orderWorker(
        _ arguments: [String],
        _ environment: [String: String],
        logFile: URL
    ) async throws -> (status: Int, output: String) {
        let program = try await KeptProgram.start(
            try path("order-worker"),
            arguments,
            environment: environment,
            logFile: logFile
        )
        let status = try await program.exitStatus()
        await program.end()
        return (status, program.log)
    }
}
