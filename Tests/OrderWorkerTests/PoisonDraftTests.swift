import ArgumentParser
import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

@testable import OrderWorker

/// What no queue would understand, as the command line takes it.
private struct Poisoned {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Contracts/examples")

    struct Verdict: Decodable {
        var reason: String
        var path: String?
        var detail: String
    }

    var file: URL
    var bytes: [UInt8]
    var verdict: Verdict

    /// The poison examples of an operation.
    static func examples(_ operation: OrderOperation) throws -> [Poisoned] {
        let place = folder.appending(path: operation.rawValue)
        let names = try FileManager.default.contentsOfDirectory(atPath: place.path).filter { name in
            name.hasPrefix("poison-") && !name.hasSuffix(".verdict.json")
        }
        return try names.sorted().map { name in
            let verdict = place.appending(path: name.replacing(".json", with: ".verdict.json"))
            return Poisoned(
                file: place.appending(path: name),
                bytes: Array(try Data(contentsOf: place.appending(path: name))),
                verdict: try JSONDecoder().decode(Verdict.self, from: try Data(contentsOf: verdict))
            )
        }
    }
}

@Suite("Poison to publish")
struct PoisonPublishTests {
    @Test(
        "Every example goes as it is, at once or with the flags that the refusal tells",
        arguments: OrderOperation.allCases
    )
    func examples(operation: OrderOperation) throws {
        var refused = 0
        let examples = try Poisoned.examples(operation)
        for example in examples {
            do {
                let draft = try PublishCommand.parse([example.file.path]).draft()
                #expect(draft.body == example.bytes, "\(example.file.lastPathComponent)")
            } catch let failure as CommandFailure {
                refused += 1
                let flags = try flags(in: failure.description, operation)
                let draft = try PublishCommand.parse([example.file.path] + flags).draft()
                #expect(draft.body == example.bytes && draft.operation == operation.rawValue, "\(failure)")
            }
        }
        #expect(examples.count >= 5 && refused >= 1)
    }

    @Test("So does text that is no JSON, or names no operation", arguments: ["rubbish", "", "[]", #"{"id":"1"}"#])
    func texts(text: String) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "order-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let failure = try #require(throws: CommandFailure.self) { try PublishCommand.parse([file.path]).draft() }
        let flags = try flags(in: failure.description, .renewSubscription)
        #expect(try PublishCommand.parse([file.path] + flags).draft().body == Array(text.utf8))
    }

    /// The flags that the sentence ends with.
    private func flags(in sentence: String, _ operation: OrderOperation) throws -> [String] {
        let advice = try #require(sentence.components(separatedBy: ", say ").last, "\(sentence)")
        return advice.split(separator: " ").map { $0 == "OPERATION" ? operation.rawValue : String($0) }
    }
}

@Suite("Poison to preview")
struct PoisonPreviewTests {
    private func poison(file: String?, data: String? = nil, operation: String? = nil) throws -> Poison? {
        let draft = try PreviewDraft(file: file, data: data, operation: operation)
        let settings = try WorkerSettings(SettingValues([:]), needsEMS: false)
        do throws(Poison) {
            _ = try draft.order(settings)
            return nil
        } catch {
            return error
        }
    }

    @Test("Every example gets the verdict that is published beside it", arguments: OrderOperation.allCases)
    func examples(operation: OrderOperation) throws {
        var count = 0
        for example in try Poisoned.examples(operation) {
            let name = example.file.lastPathComponent
            let poison = try poison(file: example.file.path)
            // Without a queue it is the type that counts; all else of that example may be right.
            guard name != "poison-wrong-queue.json" else {
                #expect(poison?.reason != .wrongQueue)
                continue
            }
            #expect(poison?.reason.rawValue == example.verdict.reason, "\(name): \(String(describing: poison))")
            #expect(poison?.path ?? "" == example.verdict.path, "\(name)")
            #expect(poison?.detail == example.verdict.detail, "\(name)")
            let document = try #require(poison.map(PreviewDocument.json))
            #expect(document["verdict"] == "dead-lettered")
            #expect(document["deadLetter"]?["reason"] == .string(example.verdict.reason))
            count += 1
        }
        #expect(count >= 4)
    }

    @Test(
        "Text that is no JSON would be a malformed message, a whole event or the data of one",
        arguments: [nil, "renew-subscription"],
        ["rubbish", "", "{\"subscriptionId\":\"SUB-1\",}", "\u{0}"]
    )
    func noJSON(operation: String?, text: String) throws {
        let poison = try poison(file: nil, data: text, operation: operation)
        #expect(poison?.reason == .malformedMessage, "\(String(describing: poison))")
    }

    @Test("An event without a type, or with one that is none, is previewed too", arguments: ["", #""type":7,"#])
    func untyped(type: String) throws {
        let event = #"{"specversion":"1.0","id":"1","source":"/shop",\#(type)"data":{}}"#
        let poison = try poison(file: nil, data: event)
        #expect(poison?.reason == .schemaViolation && poison?.path == "type", "\(String(describing: poison))")
    }

    @Test("The data of a command is decided as if it were sent")
    func data() throws {
        let data = #"{"subscriptionId":"SUB-1","expectedVersion":4,"term":{"months":12}}"#
        let settings = try WorkerSettings(SettingValues([:]), needsEMS: false)
        let draft = try PreviewDraft(file: nil, data: data, operation: "renew-subscription")
        let order = try draft.order(settings)
        guard case .change(let command) = order.command else {
            Issue.record("\(order.command)")
            return
        }
        #expect(command.expectedVersion == 4 && command.operation == .renewSubscription)
        #expect(order.envelope.identity.id == "preview")
    }
}
