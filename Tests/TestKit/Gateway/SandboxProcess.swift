import Foundation
import LocalServers

/// A running `ems-sandbox` of its own.
///
/// It ends with this process, also when this one crashes.
public final class SandboxProcess: Sendable {
    /// Why it didn't start.
    public struct Problem: Error, CustomStringConvertible {
        /// What is wrong and what to do.
        public let description: String
    }

    /// Up to and including the context: `http://127.0.0.1:40123/ems`.
    public let baseURL: String
    /// The same without the context.
    public var rootURL: String { String(baseURL.dropLast("/ems".count)) }
    private let program: KeptProgram

    /// Starts the binary that `EMS_SANDBOX` names, or the one built next to the tests, and waits for its line.
    public static func start(within seconds: Double = 20) async throws -> SandboxProcess {
        let logFile = FileManager.default.temporaryDirectory.appending(path: "ems-sandbox-\(UUID().uuidString).log")
        let program = try await KeptProgram.start(
            try binary(),
            ["--host", "127.0.0.1", "--port", "0"],
            logFile: logFile
        )
        let words = "listening on "
        do {
            try await eventually("ems-sandbox says where it listens", within: .seconds(seconds)) {
                program.log.contains(words) && program.log.hasSuffix("\n")
            }
        } catch {
            throw Problem(description: "\(error): \(program.log)")
        }
        let url = program.log.split(separator: "\n").last?.split(separator: " ").last ?? ""
        return SandboxProcess(baseURL: String(url), program)
    }

    private init(baseURL: String, _ program: KeptProgram) {
        self.baseURL = baseURL
        self.program = program
    }

    /// Ends it, at once and for sure; returns when it is gone.
    public func end() async {
        letGo()
        await program.end()
    }

    /// Kills it without waiting: for a `defer`.
    public func letGo() {
        program.signal("KILL")
        program.letGo()
        try? FileManager.default.removeItem(at: program.logFile)
    }

    private static func binary() throws -> String {
        if let path = ProcessInfo.processInfo.environment["EMS_SANDBOX"] { return path }
        let tests = URL(fileURLWithPath: CommandLine.arguments.first ?? "").deletingLastPathComponent()
        // On Linux the test runner stands beside the executables; on macOS it is inside a bundle that does.
        for folder in sequence(first: tests, next: { $0.deletingLastPathComponent() }).prefix(4) {
            let path = folder.appendingPathComponent("ems-sandbox").path
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        throw Problem(description: "there is no ems-sandbox next to the tests; build it, or name it in EMS_SANDBOX")
    }
}
