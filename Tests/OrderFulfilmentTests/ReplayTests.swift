import AMQP
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// Dead letters that are sent again, replaced, or thrown away.
@Suite struct ReplayTests {
    /// The first failure ends a command.
    static let impatient = LineSetup(retry: RetrySchedule(inProcess: [], parked: []))

    @Test func `Invariant 2: a replayed dead letter decides again, under an event id of its own`() async throws {
        try await withLine(Self.impatient) { line in
            try await line.create()
            try await line.die("renew")
            let plans = try await line.replay()
            #expect(plans.map(\.word) == ["replay"])
            try await eventually("it succeeds") { line.outcomes(of: "renew").count == 2 }
            let events = line.outcomes(of: "renew")
            #expect(events.map(\.outcome) == ["dead-lettered", "succeeded"])
            let identity = CommandIdentity(source: "/shop", id: "renew")
            #expect(events[0].id == EventID.outcome("dead-lettered", of: identity, round: 1))
            #expect(events[1].id == EventID.outcome("succeeded", of: identity, round: 2))
            #expect(events[1].version == 2)
            #expect(line.deadLetters.isEmpty)
            try await line.idle()
        }
    }

    @Test func `A command that dies again dies in its new round, and can be sent again`() async throws {
        try await withLine(Self.impatient) { line in
            try await line.create()
            try await line.die("renew")
            await line.gateway.trouble(.apply, with: .transient("down", retryAfter: nil))
            try await line.replay()
            try await eventually("it dies again") { line.outcomes(of: "renew").count == 2 }
            let letter = try await line.deadLetter()
            #expect(letter.properties.headers.text("dead-letter-round") == "2")
            #expect(letter.properties.headers["replay-round"] == nil)
            #expect(Set(line.outcomes(of: "renew").map(\.id)).count == 2)
            try await eventually("it is announced") { try await line.ledger.statistics().unannounced == 0 }
            guard case .replay(_, _, let round)? = try await line.replay().first else {
                Issue.record("not replayed")
                return
            }
            #expect(round == 3)
            try await eventually("it succeeds") { line.outcomes(of: "renew").last?.outcome == "succeeded" }
        }
    }

    @Test func `A replay that breaks off before the letter's end runs its command once`() async throws {
        try await withLine(Self.impatient) { line in
            try await line.create()
            try await line.die("renew")
            try await line.replay(taking: false)
            try await eventually("it succeeds") { line.outcomes(of: "renew").count == 2 }
            let effects = await line.effects(on: "SUB-1").count
            #expect(try await line.replay().map(\.word) == ["take-away"])
            try await line.idle()
            #expect(line.outcomes(of: "renew").count == 2)
            #expect(await line.effects(on: "SUB-1").count == effects)
            #expect(line.deadLetters.isEmpty)
        }
    }

    @Test func `What later commands have superseded is refused, and stays`() async throws {
        try await withLine(Self.impatient) { line in
            try await line.create()
            try await line.die("renew")
            try await line.send("later", .renewSubscription, Commands.renewal)
            try await line.outcome(of: "later")
            guard case .refuse(let reason)? = try await line.replay().first else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains("superseded: later") && reason.contains("--edit"))
            #expect(line.deadLetters.count == 1)
            let edit = try LetterEdit(Array(#"{"subscriptionId":"SUB-1","term":{"months":1}}"#.utf8))
            guard case .replace(_, let id)? = try await line.replay(edit: edit, taking: false).first else {
                Issue.record("not replaced")
                return
            }
            #expect(try await line.outcome(of: id).outcome == "succeeded")
            #expect(try await line.replay(edit: edit, taking: false).map(\.word) == ["replace"])
            try await eventually("the same again") { line.outcomes(of: id).count == 2 }
            #expect(Set(line.outcomes(of: id).map(\.message.body)).count == 1)
            let other = try LetterEdit(Array(#"{"subscriptionId":"SUB-1","term":{"months":2}}"#.utf8))
            #expect(try await line.replay(edit: other).map(\.word) == ["refuse"], "one letter, one replacement")
        }
    }

    @Test func `What was never claimed goes again as a first round; another's id does not`() async throws {
        try await withLine(Self.impatient) { line in
            try await line.create()
            try await line.undeliver("lost", .renewSubscription, Commands.renewal, death: "expired")
            try await line.outcome(of: "lost")
            #expect(try await line.replay(taking: false).map(\.word) == ["republish"])
            try await eventually("it succeeds") { line.outcomes(of: "lost").last?.outcome == "succeeded" }
            #expect(try await line.replay().map(\.word) == ["take-away"], "it broke off before the letter's end")

            try await line.send(Array("no json".utf8), to: "renew-subscription")
            _ = try await line.deadLetter()
            #expect(try await line.replay().map(\.word) == ["republish"])
            let again = try await line.deadLetter()
            #expect(again.body == Array("no json".utf8))
            #expect(again.properties.headers.text("dead-letter-reason") == "malformed-message")
            _ = line.broker.get(line.topology.deadLetter)

            try await line.send("lost", .renewSubscription, ["term": ["months": 24]])
            _ = try await line.deadLetter()
            guard case .refuse(let reason)? = try await line.replay().first else {
                Issue.record("not refused")
                return
            }
            #expect(reason.contains("another command"))
        }
    }

    @Test func `The original's properties come back, and nothing that explains its death`() async throws {
        try await withLine(Self.impatient) { line in
            let event = Commands.event("odd", .renewSubscription, of: "SUB-1", ["trem": 1])
            let properties = Properties(
                contentType: "application/cloudevents+json",
                headers: ["tenant": "a"],
                correlationID: "c",
                messageID: "m"
            )
            try await line.send(event.compactBytes, to: "renew-subscription", properties)
            let letter = KeptLetter(try await line.deadLetter(), Translator())
            let replayer = Replayer(
                topology: line.topology,
                translator: Translator(),
                ledger: line.ledger,
                desk: line.consumer,
                publisher: line.shop,
                by: "ann"
            )
            guard case .republish(let publishing) = try await replayer.plan(letter) else {
                Issue.record("not republished")
                return
            }
            #expect(publishing.exchange == line.topology.commands)
            #expect(publishing.routingKey == "renew-subscription")
            #expect(publishing.body == event.compactBytes)
            #expect(publishing.properties.headers.fields.map(\.name) == ["tenant", "replay-round"])
            #expect(publishing.properties.messageID == "m" && publishing.properties.correlationID == "c")
            _ = try await replayer.carryOut(.discard, letter)
            let note = try await line.ledger.note(of: letter.key)
            #expect(note?.fate == .discarded && note?.by == "ann" && note?.commandID == "odd")
        }
    }
}
