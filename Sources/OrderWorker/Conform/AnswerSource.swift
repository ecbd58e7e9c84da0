import Foundation

/// Where a subscriber's answer comes from.
enum AnswerSource: Hashable, Sendable {
    /// What a shell command prints.
    case command(String)
    /// What a file holds.
    case file(String)
    /// Standard input, to its end: it can be read once.
    case standardInput

    /// The answer as it is now; `nil` while there is none.
    func text() async throws -> String? {
        switch self {
        case .command(let line): try await Self.output(of: line)
        case .file(let path): try? String(contentsOfFile: path, encoding: .utf8)
        case .standardInput: String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self)
        }
    }

    /// Runs a line of shell to its end.
    ///
    /// The output goes through a file: a full pipe would stop a long answer.
    private static func output(of line: String) async throws -> String {
        let file = FileManager.default.temporaryDirectory.appending(path: "conform-\(UUID().uuidString)")
        try Data().write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", line]
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: file)
        let status: Int32 = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
        guard status == 0 else {
            throw CommandFailure(description: "the answer's command ended with status \(status): \(line)")
        }
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }
}
