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

    @Test(
        "An incomplete folder is refused, and what is missing is said, not called compatible",
        arguments: [
            ("commands", "commands/ is missing"), ("outcomes", "outcomes/ is missing"),
            ("dead-letters", "dead-letters/ is missing"), ("codes.json", "codes.json is missing"),
            ("lifecycle.json", "lifecycle.json is missing"), ("topology.json", "topology.json is missing"),
            ("commands/start-trial.v1.schema.json", "commands/start-trial.v1.schema.json is missing"),
            (
                "outcomes/start-trial.previewed.v1.schema.json",
                "outcomes/start-trial.previewed.v1.schema.json is missing"
            ),
            (
                "outcomes/start-trial.rejected.v1.schema.json",
                "outcomes/start-trial.rejected.v1.schema.json is missing"
            ),
        ]
    )
    func incomplete(path: String, told: String) throws {
        try refuses(told) { try FileManager.default.removeItem(at: $0.appending(path: path)) }
    }

    @Test(
        "A document of another shape is refused, with its name and the place",
        arguments: [
            ("codes.json", "[]", "codes.json: must be an object, is a list"),
            ("codes.json", "{}", "codes.json: rejections is missing"),
            ("topology.json", "{}", "topology.json: queues is missing"),
            ("lifecycle.json", "{", "/lifecycle.json is no JSON: at byte 1"),
            ("outcomes/start-trial.succeeded.v1.schema.json", "true", "is true or false"),
            ("outcomes/start-trial.succeeded.v1.schema.json", "{}", "type must be \"object\""),
            ("commands/start-trial.v1.schema.json", "{}", "type must be \"object\""),
        ]
    )
    func misshapen(path: String, text: String, told: String) throws {
        try refuses(told) { try Data(text.utf8).write(to: $0.appending(path: path)) }
    }

    @Test("A folder or a link that leads nowhere in place of a document is told with the system's reason")
    func unreadableDocuments() throws {
        try refuses("/codes.json can't be read: Is a directory") { folder in
            let codes = folder.appending(path: "codes.json")
            try FileManager.default.removeItem(at: codes)
            try FileManager.default.createDirectory(at: codes, withIntermediateDirectories: true)
        }
        try refuses("/codes.json can't be read: No such file or directory") { folder in
            let codes = folder.appending(path: "codes.json")
            try FileManager.default.removeItem(at: codes)
            try FileManager.default.createSymbolicLink(atPath: codes.path, withDestinationPath: "nowhere")
        }
    }

    @Test("A schema elsewhere is none of the contract's; the folder around the contracts is refused with a hint")
    func elsewhere() throws {
        try withCopy { folder in
            let inner = folder.appending(path: "clients/own.schema.json")
            try Data("{}".utf8).write(to: inner)
            try ContractsCommand.Check.compare(against: folder.path, json: false)
        }
        let around = FileManager.default.temporaryDirectory.appending(path: "around-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: around) }
        try FileManager.default.createDirectory(at: around, withIntermediateDirectories: true)
        try FileManager.default.copyItem(at: contracts, to: around.appending(path: "Published"))
        let failure = try #require(throws: CommandFailure.self) {
            try ContractsCommand.Check.compare(against: around.path, json: false)
        }
        #expect(failure.description.contains("is \(around.path)/Published meant?"), "\(failure)")
    }

    /// With a copy of the published folder.
    private func withCopy(_ body: (URL) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "contracts-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.copyItem(at: contracts, to: folder)
        try body(folder)
    }

    private func refuses(_ told: String, after change: (URL) throws -> Void) throws {
        try withCopy { folder in
            try change(folder)
            let failure = try #require(throws: CommandFailure.self) {
                try ContractsCommand.Check.compare(against: folder.path, json: false)
            }
            #expect(failure.description.contains(told), "\(failure)")
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
