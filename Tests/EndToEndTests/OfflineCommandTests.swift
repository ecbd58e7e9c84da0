import Foundation
import TestKit
import Testing

/// What commands make of input that can't be read, of output that can't be written, and of wrong usage; no broker.
@Suite struct OfflineCommandTests {
    private static let contracts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Contracts").path

    /// Runs a line of shell in which `ow` is the program and `$C` the published folder.
    private func shell(_ line: String) async throws -> Program.Ended {
        let folder = FileManager.default.temporaryDirectory.appending(path: UniqueNames("offline").prefix)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        return try await Program.run(
            "/bin/bash",
            ["-c", #"cd "$T" && ow() { "$OW" "$@"; } && "# + line],
            environment: [
                "OW": try Program.path("order-worker"), "C": Self.contracts, "T": folder.path,
                // Nobody is there: what needs a broker fails, and not with what is asked for here.
                "AMQP_URL": "amqp://guest:guest@127.0.0.1:1/", "EMS_URL": "http://127.0.0.1:1/ems",
            ],
            in: folder
        )
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("ow contracts validate < .", "standard input can't be read: Is a directory"),
            ("ow contracts validate <&-", "standard input can't be read: "),
            ("ow contracts validate /proc/self/mem", "/proc/self/mem can't be read: Input/output error"),
            ("ow contracts validate none", "none can't be read: No such file or directory"),
            ("ow preview --snapshot x - < .", "standard input can't be read: Is a directory"),
            ("ow preview --snapshot x .", ". can't be read: Is a directory"),
            ("ow publish - < .", "standard input can't be read: Is a directory"),
            ("ow conform subscriber --answer /none/x", "/none/x can't be read: there is no folder /none"),
            ("ow conform subscriber --answer .", ". can't be read: Is a directory"),
        ]
    )
    func `Input that can't be read is told in a sentence, and ends with 1`(line: String, says: String) async throws {
        let ended = try await shell(line)
        #expect(ended.status == 1 && ended.errors.hasPrefix("order-worker: \(says)"), "\(ended)")
        #expect(ended.errors.split(separator: "\n").count == 1, "\(ended)")
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            "ow contracts check $C > /dev/full", "ow contracts check --against $C > /dev/full",
            "ow contracts check --json $C > /dev/full", "ow contracts export made > /dev/full",
            "tr -d '\\n' < $C/examples/view-entitlement/minimal.json | ow contracts validate > /dev/full",
            "echo '{}' | ow contracts validate > /dev/full", "ow topology print > /dev/full",
        ]
    )
    func `Output that is lost ends with 1 and is told`(line: String) async throws {
        let ended = try await shell(line)
        #expect(ended.status == 1, "\(ended)")
        #expect(
            ended.errors == "order-worker: standard output can't be written: No space left on device\n",
            "\(ended)"
        )
    }

    @Test(.timeLimit(.minutes(2)))
    func `A reader that has enough ends a command without a word`() async throws {
        for trap in ["", "trap '' PIPE; "] {
            // It ends because nobody reads its verdicts any more, not because its input does.
            let input = "(timeout 20 yes '{}' 2> /dev/null; [ $? != 124 ] || echo order-worker read on >&2)"
            let ended = try await shell("\(trap)(\(input) | ow contracts validate) | head -1")
            #expect(ended.status == 0 && ended.output.hasSuffix("\"line\":1}\n"), "\(ended)")
            #expect(!ended.errors.contains("order-worker"), "\(ended)")
        }
        // Where standard error is gone too there is nothing more to say.
        let mute = try await shell("ow contracts validate < . 2> /dev/full")
        #expect(mute.status == 1 && mute.errors.isEmpty, "\(mute)")
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("contracts export ''", "contracts export"), ("contracts check ''", "contracts check"),
            ("contracts check --against ''", "contracts check"), ("contracts validate ''", "contracts validate"),
            ("contracts check $C --against $C", "contracts check"),
            ("conform publisher --exchange ''", "conform publisher"),
            ("conform subscriber --answer - --exchange ''", "conform subscriber"),
            ("conform subscriber --answer - --queue ''", "conform subscriber"),
            ("conform subscriber --answer ''", "conform subscriber"),
        ]
    )
    func `Wrong usage ends with 64 and the usage of that command`(line: String, command: String) async throws {
        let ended = try await shell("ow \(line)")
        #expect(ended.status == 64 && ended.errors.contains("Usage: order-worker \(command) "), "\(ended)")
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("ow conform subscriber --answer - --exchange orders.events", "is one of the worker's own names"),
            ("ow preview --snapshot x $C/examples/view-entitlement/minimal.json", "There is nothing to preview of"),
        ]
    )
    func `What only the settings or the message show to be wrong usage is one sentence`(line: String, says: String)
        async throws
    {
        let ended = try await shell(line)
        #expect(ended.status == 64 && ended.errors.contains(says), "\(ended)")
        #expect(ended.errors.hasPrefix("order-worker: ") && !ended.errors.contains("Usage:"), "\(ended)")
    }

    @Test(
        .timeLimit(.minutes(2)),
        arguments: [
            ("touch f; ow contracts export f", "f is a file, no folder"),
            ("touch f; ow contracts export f/x", "f/x/asyncapi.json can't be written: Not a directory"),
            ("ow contracts export /proc/x", "/proc/x/asyncapi.json can't be written: No such file or directory"),
            (
                "mkdir -p x/codes.json; ow contracts export x",
                "x/codes.json can't be written: Is a directory"
            ),
            ("touch f; ow contracts check f", "f is no folder that can be read: Not a directory"),
            (
                "mkdir o; ow contracts check --against o",
                "o can't be compared with:\n    commands/ is missing, or has no schemas\n"
            ),
        ]
    )
    func `A folder that can't be written or read is told with the system's reason`(line: String, says: String)
        async throws
    {
        let ended = try await shell(line)
        #expect(ended.status == 1 && ended.errors.hasPrefix("order-worker: \(says)"), "\(ended)")
        #expect(!ended.errors.contains("NSCocoaErrorDomain"), "\(ended)")
    }

    @Test(.timeLimit(.minutes(2)))
    func `A message over several lines is told to be one, and no message at all is told`() async throws {
        let example = "$C/examples/view-entitlement/minimal.json"
        let pretty = try await shell("ow contracts validate \(example)")
        #expect(pretty.status == 1 && pretty.errors.contains("is one JSON document over"), "\(pretty)")
        let line = try await shell("tr -d '\\n' < \(example) | ow contracts validate -")
        #expect(line.status == 0 && line.output == "{\"valid\":true,\"line\":1}\n", "\(line)")
        let empty = try await shell("ow contracts validate - < /dev/null")
        #expect(empty.status == 0 && empty.output.isEmpty, "\(empty)")
        #expect(empty.errors == "order-worker: nothing was read: standard input has no message\n", "\(empty)")
    }
}
