import Foundation
import OrderMessages
import Testing

/// Python's jsonschema as one process that lives as long as this value: many messages in, as many verdicts out.
///
/// Whoever asks is suspended: writing and reading have threads of their own.
final class PythonValidator: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// What a standard validator makes of a message, and what of the contract it can't see.
    struct Verdict: Hashable, Sendable {
        var isJSON: Bool
        /// Whether it is an object, as events are.
        var isObject: Bool
        /// Whether the schema allows it.
        var isValid: Bool
        /// What refuses it besides the schema: found in Python too, by code that shares nothing with the worker's.
        var beyond: Set<Beyond>
    }

    /// What a JSON Schema can't say and the worker refuses nevertheless.
    enum Beyond: String, Hashable, Sendable, CaseIterable {
        /// A name stands twice in an object, composed the same way or not.
        case duplicateName = "duplicate-name"
        /// Nested deeper than 32 levels.
        case nesting
        /// An attribute of at most 255 code points has more than 255 bytes of UTF-8.
        case bytes
        /// Half of a surrogate pair: no text.
        case surrogate
        /// A number beyond what a double can hold.
        case number
        /// Over 1 MiB.
        case size
    }

    /// The name of a schema, the message, and how deep it may be nested.
    struct Case: Sendable {
        var schema: String
        var bytes: [UInt8]
        var depth = 32
    }

    private let process: Process
    private let socket: Int32
    private let errors: URL

    /// Starts it with the schemas, each checked against its meta-schema first.
    init(schemas: [(name: String, schema: JSON)]) async throws {
        var ends: [Int32] = [0, 0]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else {
            throw Failure(description: "no pair of sockets: \(String(cString: strerror(errno)))")
        }
        socket = ends[0]
        // No other child may hold this end, or the validator would never see its input's end.
        _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
        errors = FileManager.default.temporaryDirectory.appending(path: "validator-\(UUID().uuidString).txt")
        try Data().write(to: errors)
        process = Process()
        // The first Python of the path need not be the system's, which has Debian's package.
        let choice = #"python3 -c 'import jsonschema' 2> /dev/null && exec python3 "$@"; exec /usr/bin/python3 "$@""#
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", choice, "sh", "-c", Self.script]
        process.standardInput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: false)
        process.standardOutput = FileHandle(fileDescriptor: ends[1], closeOnDealloc: false)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.run()
        close(ends[1])
        let documents = JSON.object(JSON.Object(schemas.map { .init($0.name, $0.schema) }))
        let answer = try await lines(1, after: documents.compactBytes + [UInt8(ascii: "\n")])
        guard answer == ["ready"] else { throw failure() }
    }

    deinit {
        // It ends when its input does.
        close(socket)
        try? FileManager.default.removeItem(at: errors)
    }

    /// A verdict for each, in the same order.
    func verdicts(on cases: [Case]) async throws -> [Verdict] {
        var bytes: [UInt8] = []
        for one in cases {
            let text = String(decoding: one.bytes, as: UTF8.self)
            bytes += JSON.array([.string(one.schema), .string(text), .integer(one.depth)]).compactBytes
            bytes.append(UInt8(ascii: "\n"))
        }
        // An empty line: no more for now.
        let answers = try await lines(cases.count, after: bytes + [UInt8(ascii: "\n")])
        guard answers.count == cases.count else { throw failure() }
        return answers.map { line in
            let words = line.split(separator: " ")
            return Verdict(
                isJSON: words.first != "none",
                isObject: words.first == "valid" || words.first == "invalid",
                isValid: words.first == "valid",
                beyond: Set(words.dropFirst().compactMap { Beyond(rawValue: String($0)) })
            )
        }
    }

    private func failure() -> Failure {
        let problem = (try? String(contentsOf: errors, encoding: .utf8)) ?? ""
        return Failure(
            description: "The standard validator ended: apt-get install -y python3 python3-jsonschema\n\(problem)"
        )
    }

    /// Writes on one thread and reads so many lines on another: with a lot on its way both must go on.
    private func lines(_ count: Int, after bytes: [UInt8]) async throws -> [String] {
        let socket = socket
        Thread.detachNewThread {
            bytes.withUnsafeBytes { buffer in
                var rest = buffer[...]
                while !rest.isEmpty {
                    // Without a signal when nobody reads any more.
                    let written = send(
                        socket,
                        UnsafeRawBufferPointer(rebasing: rest).baseAddress,
                        rest.count,
                        Int32(MSG_NOSIGNAL)
                    )
                    guard written > 0 else { return }
                    rest = rest.dropFirst(written)
                }
            }
        }
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: Self.read(count, from: socket)) }
        }
    }

    private static func read(_ count: Int, from socket: Int32) -> [String] {
        var lines: [String] = []
        var line: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        while lines.count < count, poll(&descriptor, 1, 300_000) > 0 {
            let received = recv(socket, &buffer, buffer.count, 0)
            guard received > 0 else { break }
            for byte in buffer[0..<received] {
                if byte == UInt8(ascii: "\n") {
                    lines.append(String(decoding: line, as: UTF8.self))
                    line.removeAll(keepingCapacity: true)
                } else {
                    line.append(byte)
                }
            }
        }
        return lines
    }
}
