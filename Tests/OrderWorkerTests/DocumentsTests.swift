import Foundation
import SubscriptionLifecycle
import Testing

@testable import OrderWorker

private let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

@Suite("What is published besides the code")
struct DocumentsTests {
    @Test("The README's table has every setting with its default", arguments: SettingKey.allCases)
    func readme(key: SettingKey) throws {
        let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
        let row = "| `\(key.rawValue)` | \(key.defaultValue.map { "`\($0)`" } ?? "") | \(key.meaning) |"
        #expect(readme.contains(row), "the README lacks: \(row)")
    }
}

@Suite("Outcomes as the command line reads them")
struct OutcomeViewTests {
    @Test("Every example of an outcome can be read and told")
    func examples() throws {
        var count = 0
        for operation in OrderOperation.allCases {
            let place = root.appending(path: "Contracts/examples/\(operation.rawValue)")
            for name in try FileManager.default.contentsOfDirectory(atPath: place.path).sorted() {
                let data = try Data(contentsOf: place.appending(path: name))
                guard let view = try? JSONDecoder().decode(OutcomeView.self, from: data) else {
                    let isNone = ["minimal", "full", "identity-conflict", "poison-"].contains { name.hasPrefix($0) }
                    #expect(isNone, "\(operation.rawValue)/\(name) can't be read")
                    continue
                }
                #expect(name.hasPrefix(view.data.outcome))
                #expect(OutcomeText.lines(view).contains(operation.rawValue))
                count += 1
            }
        }
        #expect(count > 130)
    }
}

@Suite("Commands to publish")
struct CommandDraftTests {
    @Test("The operation of a whole event comes from its type")
    func event() throws {
        let draft = try CommandDraft(
            event: Array(#"{"id":"1","type":"orders.renew-subscription.v1"}"#.utf8),
            operation: nil
        )
        #expect(draft.operation == "renew-subscription")
        #expect(draft.id == "1")
    }

    @Test("Every example of a command can be sent as it is, each to its operation's queue")
    func examples() throws {
        let folder = root.appending(path: "Contracts/examples")
        var count = 0
        for operation in OrderOperation.allCases {
            let place = folder.appending(path: operation.rawValue)
            for name in ["minimal.json", "full.json", "identity-conflict.json"] {
                guard let bytes = try? Data(contentsOf: place.appending(path: name)) else { continue }
                let draft = try CommandDraft(event: Array(bytes), operation: nil)
                #expect(draft.operation == operation.rawValue)
                #expect(draft.id?.hasPrefix("order-") == true)
                #expect(draft.body == Array(bytes))
                count += 1
            }
            // A poison goes with --raw and the queue it is meant for.
            for name in try FileManager.default.contentsOfDirectory(atPath: place.path) where name.hasPrefix("poison-")
            {
                guard !name.hasSuffix(".verdict.json") else { continue }
                let bytes = Array(try Data(contentsOf: place.appending(path: name)))
                let draft = try CommandDraft(event: bytes, operation: operation.rawValue)
                #expect(draft.operation == operation.rawValue && draft.body == bytes)
                count += 1
            }
        }
        #expect(count >= 9 * 2 + 7 + 9 * 6)
    }

    @Test(
        "An event whose operation can't be read says why, and is sent as it is when the operation is said",
        arguments: [
            ("rubbish", "no JSON (at byte 0"), ("{\"type\":\"orders.renew-subscription.v1\",}", "at byte 39"),
            ("", "no JSON"), ("[]", "must be a JSON object"), ("{\"id\":\"1\"}", "names no operation"),
            ("{\"type\":7}", "names no operation"), ("{\"type\":\"renewal\"}", "names no operation"),
        ]
    )
    func untyped(event: String, reason: String) throws {
        let failure = try #require(throws: CommandFailure.self) {
            try CommandDraft(event: Array(event.utf8), operation: nil)
        }
        #expect(failure.description.contains(reason))
        #expect(failure.description.contains("--operation"))
        let draft = try CommandDraft(event: Array(event.utf8), operation: "renew-subscription")
        #expect(draft.body == Array(event.utf8) && draft.operation == "renew-subscription")
    }

    @Test("Data is wrapped into an event")
    func data() throws {
        let draft = try CommandDraft(
            operation: .cancelSubscription,
            data: #"{"subscriptionId":"S"}"#,
            id: "7",
            source: "/me",
            dryRun: true
        )
        let text = String(decoding: draft.body, as: UTF8.self)
        #expect(text.contains(#""type":"orders.cancel-subscription.v1""#))
        #expect(text.contains(#""dryrun":true"#))
        #expect(throws: CommandFailure.self) {
            try CommandDraft(operation: .cancelSubscription, data: "{", id: nil, source: "/me", dryRun: false)
        }
    }
}

@Suite("Tables for people")
struct TextTableTests {
    @Test("Columns are as wide as their widest cell, lines end without blanks")
    func columns() {
        let table = TextTable(header: ["a", "bb"], rows: [["1", ""], ["long", "2"]])
        #expect("\(table)" == "a     bb\n1\nlong  2")
    }
}
