import Foundation
import Testing

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

/// A Swift file of the project.
private struct SourceFile: CustomTestStringConvertible {
    let path: String
    let lines: [Substring]

    var testDescription: String { path }

    static func all(below folder: String) throws -> [SourceFile] {
        let base = root.appending(path: folder)
        let walker = try #require(FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil))
        return try walker.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }.map { url in
            let text = try String(contentsOf: url, encoding: .utf8)
            return SourceFile(
                path: String(url.path.dropFirst(root.path.count + 1)),
                lines: text.split(separator: "\n", omittingEmptySubsequences: false)
            )
        }
    }
}

@Suite("House rules")
struct HouseRulesTests {
    @Test("Files are small: none over 400 lines, half of them at most 100")
    func sizes() throws {
        let files = try SourceFile.all(below: "Sources")
        for file in files { #expect(file.lines.count <= 400, "\(file.path) has \(file.lines.count) lines") }
        let sorted = files.map(\.lines.count).sorted()
        #expect(sorted[sorted.count / 2] <= 100)
    }

    @Test("Commands print so that lost output is noticed, and read so that a failure is told")
    func standardStreams() throws {
        // `print` ignores what can't be written; the others trap, or throw what no person can read.
        let words = [
            " print(", "(print(", ".availableData", ".readToEnd()", ".readDataToEndOfFile()", "standardError.write",
        ]
        for file in try SourceFile.all(below: "Sources/OrderWorker") {
            for word in words {
                #expect(
                    !file.lines.contains { $0.contains(word) && !$0.contains("func print(") },
                    "\(file.path) has \(word)"
                )
            }
        }
    }

    @Test("C stays in one folder")
    func bridge() throws {
        for file in try SourceFile.all(below: "Sources") where !file.path.hasPrefix("Sources/RabbitMQ/Bridge/") {
            #expect(!file.lines.contains { $0.hasSuffix("import CRabbitMQ") }, "\(file.path) imports CRabbitMQ")
        }
        for file in try SourceFile.all(below: "Sources") where !file.path.hasPrefix("Sources/PostgresLedger/Bridge/") {
            #expect(!file.lines.contains { $0.hasSuffix("import CPostgres") }, "\(file.path) imports CPostgres")
        }
    }

    @Test("The pure ring has no logger, no clock, no threads and no randomness")
    func pureRing() throws {
        let impure = [
            "import Logging", "import Dispatch", " Date()", "Date.now", ".random(", "UUID()", "Task {",
            "ContinuousClock.now",
        ]
        for target in ["AMQP", "SubscriptionLifecycle", "OrderMessages"] {
            for file in try SourceFile.all(below: "Sources/\(target)") {
                for word in impure {
                    #expect(!file.lines.contains { $0.contains(word) }, "\(file.path) has \(word)")
                }
            }
        }
    }

    @Test("The sandbox imports nothing of the project, and EMS words stay in two targets")
    func sandbox() throws {
        let ours = ["AMQP", "OrderMessages", "SubscriptionLifecycle", "OrderFulfilment", "SentinelEMS"]
        for file in try SourceFile.all(below: "Sources/EMSSandbox") {
            for module in ours {
                #expect(!file.lines.contains { $0.hasSuffix("import \(module)") }, "\(file.path) imports \(module)")
            }
        }
        for target in [
            "AMQP", "OrderFulfilment", "OrderMessages", "SubscriptionLifecycle", "RabbitMQ", "LedgerStorage",
            "PostgresLedger", "SQLiteLedger",
        ] {
            for file in try SourceFile.all(below: "Sources/\(target)") {
                for word in ["customAttribute", "totalQuantity", "nameVersion\"", "neverExpires"] {
                    #expect(!file.lines.contains { $0.contains(word) }, "\(file.path) has the EMS word \(word)")
                }
            }
        }
    }

    @Test("Nothing unchecked without a reason beside it")
    func unchecked() throws {
        for file in try SourceFile.all(below: "Sources") {
            for (number, line) in file.lines.enumerated()
            where line.contains("@unchecked Sendable") || line.contains("nonisolated(unsafe)") {
                let around = file.lines[max(0, number - 4)...min(file.lines.count - 1, number + 6)]
                #expect(around.contains { $0.contains("// ") }, "\(file.path):\(number + 1) has no reason")
            }
        }
    }

    @Test("Tests wait for conditions, not for time")
    func sleeps() throws {
        let own = "Tests/HouseRulesTests/"
        for file in try SourceFile.all(below: "Tests") where !file.path.hasPrefix(own) {
            for word in ["Task.sleep", "usleep(", "Thread.sleep", "withKnownIssue", ".disabled("] {
                #expect(!file.lines.contains { $0.contains(word) }, "\(file.path) has \(word)")
            }
        }
    }
}
