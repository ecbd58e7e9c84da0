import Dispatch
import Foundation

/// A running `ems-sandbox` of its own.
///
/// It ends with this process, also when this one crashes: a shell waits for the end of its input and kills it then.
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
    private let lifeline: Pipe
    private let process: Process

    /// Starts the binary that `EMS_SANDBOX` names, or the one built next to the tests, and waits for its line.
    public static func start(within seconds: Double = 20) async throws -> SandboxProcess {
        let process = Process()
        let output = Pipe()
        let lifeline = Pipe()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = [
            "-c",
            "\"$0\" --host 127.0.0.1 --port 0 </dev/null & pid=$!; read -r _; kill -9 $pid; wait $pid 2> /dev/null",
            try binary(),
        ]
        process.standardInput = lifeline
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        let (lines, continuation) = AsyncStream.makeStream(of: String.self)
        let reader = output.fileHandleForReading
        reader.readabilityHandler = { handle in
            let data = handle.availableData
            guard !data.isEmpty else {
                handle.readabilityHandler = nil
                return continuation.finish()
            }
            continuation.yield(String(decoding: data, as: UTF8.self))
        }
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { continuation.finish() }
        try process.run()
        var text = ""
        for await part in lines {
            text += part
            guard let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().first,
                let url = line.split(separator: " ").last
            else { continue }
            return SandboxProcess(baseURL: String(url), process, lifeline)
        }
        try? lifeline.fileHandleForWriting.close()
        throw Problem(description: "ems-sandbox did not say within \(seconds) s where it listens: \(text)")
    }

    private init(baseURL: String, _ process: Process, _ lifeline: Pipe) {
        self.baseURL = baseURL
        self.process = process
        self.lifeline = lifeline
    }

    /// Ends it.
    public func end() {
        try? lifeline.fileHandleForWriting.close()
        process.waitUntilExit()
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
