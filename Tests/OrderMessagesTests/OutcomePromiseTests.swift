import OrderMessages
import SubscriptionLifecycle
import Testing

/// What subscribers may rely on without looking: a schema that makes it optional would make everybody look.
@Suite("What an outcome always has is required")
struct OutcomePromiseTests {
    private static let changed = [
        "subject", "data.subscriptionId", "data.version", "data.previousState", "data.state", "data.entitlement",
        "data.changes",
    ]
    private static let read = ["data.version", "data.state", "data.entitlement"]
    private static let named = ["subject", "data.subscriptionId"]

    private static func promises(_ operation: OrderOperation, _ outcome: String) -> [String] {
        switch (outcome, operation.isRead) {
        case ("succeeded", false): changed
        case ("succeeded", true): operation == .viewEntitlement ? read : ["data.count", "data.modifiedSince"]
        case ("entitlement", _): read
        case ("rejected", false): named + ["data.rejection"]
        case ("previewed", _): named
        default: ["data.command"]
        }
    }

    @Test("Without it no outcome is valid", arguments: OrderOperation.allCases)
    func required(operation: OrderOperation) throws {
        for (name, event) in try Samples(operation: operation).all() {
            let word = try #require(OutcomeSchema.outcomes(of: operation).first { name.hasPrefix($0) })
            let schema = OutcomeSchema().event(operation, word)
            for place in Self.promises(operation, word) {
                let path = place.split(separator: ".").map(String.init)
                let without = event.json.setting(path, nil)
                #expect(without != event.json, "\(name) has no \(place)")
                #expect(schema.violation(in: without) != nil, "\(operation) \(name): \(place) is optional")
            }
        }
    }

    @Test("Where a subscription is there its version counts from 1; only what is absent is at 0")
    func versions() throws {
        for operation in OrderOperation.allCases {
            for (name, event) in try Samples(operation: operation).all() where event.json["data"]?["version"] != nil {
                let word = try #require(OutcomeSchema.outcomes(of: operation).first { name.hasPrefix($0) })
                let none = event.json.setting(["data", "version"], 0)
                let isValid = OutcomeSchema().event(operation, word).violation(in: none) == nil
                #expect(isValid == ["rejected", "previewed"].contains(word), "\(operation) \(name)")
            }
        }
    }

    @Test("Nothing was tried less than once")
    func attempts() throws {
        let letter = try #require(
            Samples(operation: .renewSubscription).all().first { $0.name == "dead-lettered" }
        ).event.json
        let never = letter.setting(["data", "deadLetter", "attempts"], 0)
        #expect(OutcomeSchema().event(.renewSubscription, "dead-lettered").violation(in: letter) == nil)
        #expect(OutcomeSchema().event(.renewSubscription, "dead-lettered").violation(in: never) != nil)
    }

    @Test("A preview shows no entitlement, which would be the one of before; what it refuses shows what it saw")
    func previews() throws {
        for operation in OrderOperation.allCases where !operation.isRead {
            let samples = try Samples(operation: operation).all()
            let previewed = try #require(samples.first { $0.name == "previewed" }).event.json
            #expect(previewed["data"]?["entitlement"] == nil, "\(operation)")
            let refused = try #require(samples.first { $0.name == "previewed-rejected" }).event.json
            #expect(refused["data"]?["entitlement"] != nil, "\(operation)")
        }
    }
}
