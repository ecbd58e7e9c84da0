import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("What comes later breaks nobody")
struct NewOperationTests {
    /// The whole export, the topology too.
    private static func published() throws -> [String: JSON] {
        var documents: [String: JSON] = [:]
        for document in ContractDocuments.all() where ContractComparison.isCompared(document.path) {
            documents[document.path] = try JSONReader.read(Array(document.text.utf8))
        }
        let topology = try Data(contentsOf: Examples.contracts.appending(path: "topology.json"))
        documents["topology.json"] = try JSONReader.read(Array(topology))
        return documents
    }

    @Test("A new operation, as a whole export", arguments: OrderOperation.allCases)
    func operation(_ operation: OrderOperation) throws {
        let new = try Self.published()
        var old = new.filter { !$0.key.contains("/\(operation.rawValue).") }
        var gone = Set<String>()
        let codes = try #require(new["codes.json"]).without(operation, &gone)
        old["codes.json"] = codes
        old["lifecycle.json"] = try #require(new["lifecycle.json"]).without(operation, &gone)
        old["topology.json"] = try #require(new["topology.json"]).without(operation, &gone)
        #expect(old.count < new.count && old["codes.json"] != new["codes.json"])
        let changes = ContractComparison.changes(from: old, to: new)
        #expect(Set(changes.map(\.verdict)) == [.compatible], "\(changes.filter { $0.verdict != .compatible })")
        for document in ["codes.json", "lifecycle.json", "topology.json"] where old[document] != new[document] {
            #expect(changes.contains { $0.document == document })
        }
        // The other way round somebody loses something.
        let back = Set(ContractComparison.changes(from: new, to: old).map(\.verdict))
        #expect(back.contains(.breaksPublishers) && back.contains(.breaksSubscribers))
    }

    @Test("A new reason of dead letters, in every document that lists them")
    func reason() throws {
        let new = try Self.published()
        let reason = "delivery-limit"
        let old = new.mapValues { $0.without(word: reason) }
        #expect(old["dead-letters/headers.v1.schema.json"] != new["dead-letters/headers.v1.schema.json"])
        let changes = ContractComparison.changes(from: old, to: new)
        #expect(Set(changes.map(\.verdict)) == [.compatible], "\(changes.filter { $0.verdict != .compatible })")
        #expect(changes.contains { $0.place == "dead-letter-reason" })
    }

    @Test("What becomes of a state by itself is compared")
    func time() throws {
        let new = try Self.published()
        let lifecycle = try #require(new["lifecycle.json"])
        let row = try #require(lifecycle["time"]?.elements?.first)
        let from = try #require(row["from"]?.text)
        var old = new
        old["lifecycle.json"] = lifecycle.setting(["time"], [row.setting(["to"], "absent")])
        let changes = ContractComparison.changes(from: old, to: new)
        #expect(changes.contains { $0.verdict == .breaksPublishers && $0.place == "time \(from)" }, "\(changes)")
        old["lifecycle.json"] = lifecycle.setting(["time"], [])
        for (before, after) in [(old, new), (new, old)] {
            #expect(ContractComparison.changes(from: before, to: after).first?.verdict == .breaksPublishers)
        }
    }
}

extension JSON {
    /// As it would stand there without that operation, and without what is there for it alone.
    fileprivate func without(_ operation: OrderOperation, _ gone: inout Set<String>) -> JSON {
        guard case .object(var object) = self else { return self }
        for index in object.members.indices {
            guard let rows = object.members[index].value.elements else { continue }
            object.members[index].value = .array(
                rows.compactMap { row in
                    if let name = row["command"]?.text, gone.contains(name) { return nil }
                    let isItsOwn = ["name", "destination", "routing_key"].contains {
                        row[$0]?.text?.contains(operation.rawValue) == true
                    }
                    if isItsOwn { return nil }
                    guard let operations = row["operations"]?.elements else { return row }
                    let others = operations.filter { $0.text != operation.rawValue }
                    if others.isEmpty, let command = row["command"]?.text { gone.insert(command) }
                    return others.isEmpty ? nil : row.setting(["operations"], .array(others))
                }
            )
        }
        return .object(object)
    }

    /// Without that word in lists, and without rows about it.
    fileprivate func without(word: String) -> JSON {
        switch self {
        case .array(let elements):
            .array(
                elements.filter { $0.text != word && $0["reason"]?.text != word }.map { $0.without(word: word) }
            )
        case .object(let object):
            .object(JSON.Object(object.members.map { .init($0.name, $0.value.without(word: word)) }))
        case .null, .bool, .integer, .number, .string: self
        }
    }
}
