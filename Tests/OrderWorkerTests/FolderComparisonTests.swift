import Foundation
import OrderFulfilment
import Testing

@testable import OrderWorker

@Suite("contracts check")
struct FolderComparisonTests {
    /// A folder as `contracts export` writes it, changed by a test.
    private func comparison(_ change: (URL) throws -> Void) throws -> FolderComparison {
        let folder = FileManager.default.temporaryDirectory.appending(path: "contracts-check-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        for document in try PublishedContracts.documents() {
            let url = folder.appending(path: document.path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(document.text.utf8).write(to: url)
        }
        try change(folder)
        return try FolderComparison(try PublishedContracts.documents(), folder: folder)
    }

    @Test("Contracts/ is what the code publishes: nothing differs, nothing is missing or left over")
    func committed() throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Contracts")
        let comparison = try FolderComparison(try PublishedContracts.documents(), folder: folder)
        #expect(comparison.isSame, "\(comparison.text("Contracts"))\nWrite it anew with: make contracts")
    }

    @Test("What was exported is the same, whatever stands beside it for people")
    func same() throws {
        let comparison = try comparison { folder in
            try Data().write(to: folder.appending(path: "README.md"))
            let examples = folder.appending(path: "examples")
            try FileManager.default.createDirectory(at: examples, withIntermediateDirectories: true)
            try Data().write(to: examples.appending(path: "minimal.json"))
        }
        #expect(comparison.isSame && comparison.text("Contracts").isEmpty)
    }

    @Test("A changed line is shown with what is around it; a file that is missing or left over by its name")
    func different() throws {
        let comparison = try comparison { folder in
            let codes = folder.appending(path: "codes.json")
            let text = try String(contentsOf: codes, encoding: .utf8).replacing("Check the id.", with: "Ask.")
            try Data(text.utf8).write(to: codes)
            try FileManager.default.removeItem(at: folder.appending(path: "asyncapi.json"))
            for name in ["commands/stop.v1.schema.json", "old.json"] {
                try Data().write(to: folder.appending(path: name))
            }
        }
        #expect(!comparison.isSame)
        #expect(comparison.missing == ["asyncapi.json"])
        #expect(comparison.leftOver == ["commands/stop.v1.schema.json", "old.json"])
        let lines = comparison.text("Contracts").split(separator: "\n").map(String.init)
        #expect(lines[0...1] == ["--- Contracts/codes.json", "+++ what the code publishes"])
        #expect(lines.filter { $0.hasPrefix("-") && $0.contains("Ask.") }.count == 1)
        #expect(lines.filter { $0.hasPrefix("+") && $0.contains("Check the id.") }.count == 1)
        #expect(lines.contains("missing: Contracts/asyncapi.json"))
        #expect(lines.count < 20)
    }

    @Test("A document that is there and can't be read is not told as missing")
    func unreadable() throws {
        let comparison = try comparison { folder in
            let codes = folder.appending(path: "codes.json")
            try FileManager.default.removeItem(at: codes)
            try FileManager.default.createDirectory(at: codes, withIntermediateDirectories: true)
            try Data([0x7B, 0xFF, 0x7D]).write(to: folder.appending(path: "lifecycle.json"))
        }
        #expect(!comparison.isSame && comparison.missing.isEmpty)
        let lines = comparison.text("C").split(separator: "\n")
        #expect(lines.contains("unreadable: C/codes.json can't be read: Is a directory"), "\(lines)")
        #expect(lines.contains("unreadable: C/lifecycle.json is no text in UTF-8"), "\(lines)")
    }

    @Test("What is no folder is told, not called missing document by document")
    func noFolder() throws {
        for (path, reason) in [(#filePath, "Not a directory"), ("/nowhere/at/all", "No such file or directory")] {
            let failure = try #require(throws: CommandFailure.self) {
                try FolderComparison(try PublishedContracts.documents(), folder: URL(fileURLWithPath: path))
            }
            #expect(failure.description == "\(path) is no folder that can be read: \(reason)")
        }
    }

    @Test("Changes far apart are hunks of their own, with the numbers of their lines")
    func hunks() {
        let old = (1...30).map(String.init).joined(separator: "\n")
        let new = old.replacing("\n5\n", with: "\nfive\n").replacing("\n25\n", with: "\n25\n25½\n")
        let expected = """
            @@ -2,7 +2,7 @@
             2
             3
             4
            -5
            +five
             6
             7
             8
            @@ -23,6 +23,7 @@
             23
             24
             25
            +25½
             26
             27
             28
            """
        #expect(LineDifference(from: old, to: new).text(limit: 100) == expected)
        #expect(LineDifference(from: old, to: old).text(limit: 100).isEmpty)
    }

    @Test("What is long is cut and counted")
    func bounded() {
        let old = (1...500).map(String.init).joined(separator: "\n")
        let text = LineDifference(from: old, to: "").text(limit: 60)
        let lines = text.split(separator: "\n")
        #expect(lines.count == 61)
        #expect(lines.last == "… and 442 lines more")
    }
}
