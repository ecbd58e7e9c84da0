import ArgumentParser
import Foundation
import Testing

@testable import OrderWorker

@Suite("Contracts against an older folder")
struct AgainstTests {
    private let contracts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Contracts")

    /// Compares with a copy of the published folder after one edit of one document.
    private func compare(_ path: String, _ edit: (String) -> String) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "contracts-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: contracts, to: folder)
        let text = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
        try Data(edit(text).utf8).write(to: folder.appending(path: path))
        try ContractsCommand.Check.compare(against: folder.path, json: false)
    }

    private let renewal = "commands/renew-subscription.v1.schema.json"

    @Test("Nothing has changed, or only for the better: status 0")
    func fine() throws {
        try compare(renewal) { $0 }
        try compare(renewal) { $0.replacing("\"maximum\": 1200", with: "\"maximum\": 600") }
    }

    @Test("Somebody is broken: status 1")
    func broken() {
        #expect(throws: ExitCode.failure) {
            try compare(renewal) { $0.replacing("\"maximum\": 1200", with: "\"maximum\": 2400") }
        }
        #expect(throws: ExitCode.failure) {
            try compare("topology.json") { $0.replacing("reject-publish", with: "drop-head") }
        }
    }

    @Test("A folder that can't be read, or has no contracts, is said")
    func unreadable() throws {
        #expect(throws: CommandFailure.self) {
            try ContractsCommand.Check.compare(against: "/nowhere/at/all", json: false)
        }
        #expect(throws: CommandFailure.self) { try compare(renewal) { _ in "{" } }
        let empty = FileManager.default.temporaryDirectory.appending(path: "none-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: empty) }
        #expect(throws: CommandFailure.self) {
            try ContractsCommand.Check.compare(against: empty.path, json: false)
        }
    }
}
