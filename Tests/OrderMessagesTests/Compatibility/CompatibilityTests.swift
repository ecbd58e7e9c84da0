import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("Whom a change of the contracts breaks")
struct CompatibilityTests {
    @Test("Changes of a command, forth and back", arguments: ContractEdit.commands)
    func commands(change: ContractEdit) throws { try check(change) }

    @Test("Changes of an outcome, forth and back", arguments: ContractEdit.outcomes)
    func outcomes(change: ContractEdit) throws { try check(change) }

    private func check(_ change: ContractEdit) throws {
        let old = try Self.published()
        var new = old
        new[change.document] = try #require(old[change.document]).setting(change.path, change.value)
        try #require(new != old, "nothing is changed at \(change.path)")
        let changes = ContractComparison.changes(from: old, to: new)
        let found = changes.first { change.line == "\($0.place): \($0.what)" }
        #expect(found?.verdict == change.verdict, "\(changes)")
        let all = Set(changes.map(\.verdict))
        #expect(change.verdict != .compatible || all == [.compatible], "\(changes)")
        let back = Set(ContractComparison.changes(from: new, to: old).map(\.verdict))
        #expect(back.subtracting([.compatible]) == Set([change.back]).subtracting([.compatible]), "back")
        #expect(!back.isEmpty)
    }

    static func published() throws -> [String: JSON] {
        var documents: [String: JSON] = [:]
        for document in ContractDocuments.all() where ContractComparison.isCompared(document.path) {
            documents[document.path] = try JSONReader.read(Array(document.text.utf8))
        }
        documents["topology.json"] = [
            "exchanges": [["name": "orders.events", "type": "topic", "arguments": [:]]],
            "queues": [["name": "orders.create-subscription", "arguments": ["x-queue-type": "quorum"]]],
            "bindings": [],
        ]
        return documents
    }

    @Test("Nothing has changed between a contract and itself")
    func same() throws { #expect(try ContractComparison.changes(from: Self.published(), to: Self.published()) == []) }

    @Test("What is only told to people is no change")
    func told() throws {
        let old = try Self.published()
        var new = old
        new[ContractEdit.create] = try #require(old[ContractEdit.create]).setting(["description"], "Else.")
            .setting(["properties", "data", "properties", "orderId", "examples"], ["SO-1"])
        #expect(ContractComparison.changes(from: old, to: new) == [])
    }

    @Test("A document that goes or comes")
    func wholeDocuments() throws {
        let old = try Self.published()
        func lines(without path: String) -> ([String], [String]) {
            let new = old.filter { $0.key != path }
            return (
                ContractComparison.changes(from: old, to: new).map(\.description),
                ContractComparison.changes(from: new, to: old).map(\.description)
            )
        }
        let command = lines(without: ContractEdit.create)
        #expect(command.0 == ["breaks publishers   commands/create-subscription.v1  removed"])
        #expect(command.1 == ["compatible          commands/create-subscription.v1  new"])
        #expect(
            lines(without: ContractEdit.rejected).0 == [
                "breaks subscribers  outcomes/renew-subscription.rejected.v1  removed"
            ]
        )
    }

    @Test("Lifecycle, codes and topology are compared by name")
    func lists() throws {
        let old = try Self.published()
        func lines(_ path: String, _ edit: (String) -> String) throws -> [String] {
            var new = old
            let text = try #require(old[path]).compactText
            try #require(edit(text) != text)
            new[path] = try JSONReader.read(Array(edit(text).utf8))
            return ContractComparison.changes(from: old, to: new).map(\.description)
        }
        #expect(
            try lines("codes.json") { $0.replacing("\"ems-refused\"", with: "\"ems-declined\"") } == [
                "breaks subscribers  codes.json  rejections ems-refused: removed",
                "compatible          codes.json  rejections ems-declined: new",
            ]
        )
        #expect(
            try lines("topology.json") { $0.replacing("quorum", with: "classic") } == [
                #"breaks publishers   topology.json  queues orders.create-subscription: arguments.x-queue-type "quorum" → "classic""#
            ]
        )
        #expect(
            try lines("topology.json") { $0.replacing("topic", with: "direct") } == [
                #"breaks subscribers  topology.json  exchanges orders.events: type "topic" → "direct""#
            ]
        )
        let cell = #"{"from":"absent","command":"renew","rejects":"subscription-not-found"}"#
        let now = #"{"from":"absent","command":"renew","rejects":"entitlement-not-found"}"#
        #expect(
            try lines("lifecycle.json") { $0.replacing(cell, with: now) } == [
                #"breaks publishers   lifecycle.json  transitions absent renew: rejects "subscription-not-found" → "entitlement-not-found""#
            ]
        )
        let state = try lines("lifecycle.json") {
            $0.replacing(#""states":["#, with: #""states":[{"state":"paused"},"#)
        }
        #expect(state == ["breaks subscribers  lifecycle.json  states paused: new"])
    }
}
