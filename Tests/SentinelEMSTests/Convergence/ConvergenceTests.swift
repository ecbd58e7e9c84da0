import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import SentinelEMS

@Suite("Converging: read, difference, fewest calls, read back")
struct ConvergenceTests {
    private typealias Script = ScriptedTransport

    private static let line1 = GatewaySamples.line("1")
    private static let more = Change(.lineQuantity(line1), from: .count(10), to: .count(14))
    private static let later = Change(
        .termEnd,
        from: .date(GatewaySamples.day("2026-12-31")),
        to: .date(GatewaySamples.day("2027-12-31"))
    )

    private func apply(_ transport: Script, _ changes: [Change], _ log: any IntentLog) async throws -> Entitlement {
        try await gateway(transport).apply(
            GatewaySamples.update(changes),
            in: GatewaySamples.context,
            intents: log
        )
    }

    @Test("Invariant 3: one PATCH carries everything, with the delta and the new line, and is its own read-back")
    func onePatch() async throws {
        let transport = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1"), Wire.line("2", quantity: 5))),
            Script.answer(
                200,
                Wire.entitlement(
                    Wire.line("1", quantity: 14, end: "2027-12-31"),
                    Wire.line("2", quantity: 5, state: "DISABLE"),
                    Wire.line("3", quantity: 3, end: "2027-12-31", product: "GC3042")
                        .replacing(#""startDate":"2026-01-01""#, with: #""startDate":"2026-06-01""#),
                    end: "2027-12-31",
                    orderID: "SO-2",
                    attributes: ["Ends With Term": "true"]
                ).replacing("PO-1", with: "PO-2")
            )
        )
        let log = InMemoryIntentLog()
        _ = try await apply(transport, GatewaySamples.everything(), log)
        #expect(
            transport.requests.map(\.line) == [
                "GET /entitlements/externalId=SUB-1", "PATCH /entitlements/externalId=SUB-1",
            ]
        )
        #expect(
            try transport.request(1).url.contains("returnResource=true")
        )
        let body = try JSONReader.read(try transport.request(1).body ?? [])
        let expected = try JSONReader.read(
            Array(
                #"""
                {"entitlement":{"expiry":{"neverExpires":false,"endDate":"2027-12-31"},"refId2":"SO-2","refId1":"PO-2",
                "customAttributes":{"customAttribute":[{"name":"Ends With Term","value":"true"}]},
                "productKeys":{"productKey":[
                {"pkId":"pk-1","expiry":{"neverExpires":false,"endDate":"2027-12-31"},"totalQuantity":4},
                {"pkId":"pk-2","state":"DISABLE"},
                {"externalId":"SUB-1/3","startDate":"2026-06-01","expiry":{"neverExpires":false,"endDate":"2027-12-31"},
                "totalQuantity":3,"activationMethod":"FIXED","fixedQuantity":1,
                "item":{"itemProduct":{"product":{"externalId":"GC3042"}}}}]}}}
                """#.utf8
            )
        )
        #expect(body == expected)
        let intents = await log.intents
        #expect(intents.map(\.id) == ["patch"])
        #expect(intents.first?.effects.contains("lineItems.1.quantity=10") == true)
        #expect(intents.first?.effects.contains("lineItems.3=") == true)
    }

    @Test("Invariant 3: dates alone have an intent too, since they could land late; 204 is followed by a read")
    func noContent() async throws {
        let transport = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1"))),
            Script.answer(204),
            Script.answer(200, Wire.entitlement(Wire.line("1"), end: "2027-12-31"))
        )
        let log = InMemoryIntentLog()
        let held = try await apply(transport, [Self.later], log)
        #expect(held.term.end == GatewaySamples.day("2027-12-31"))
        #expect(await log.intents.map(\.id) == ["patch"])
        #expect(transport.requests.count == 3)
    }

    @Test("Invariant 3: what the command doesn't change is not written, whatever it has become")
    func untouched() async throws {
        let lines = [Wire.line("1", quantity: 77, end: "2030-01-01"), Wire.line("9")]
        func held(_ end: String) -> String {
            Wire.entitlement(lines[0], lines[1], end: end, orderID: "SO-OTHER", attributes: ["Theirs": "yes"])
        }
        let transport = Script(Script.answer(200, held("2026-12-31")), Script.answer(200, held("2027-12-31")))
        _ = try await apply(transport, [Self.later], InMemoryIntentLog())
        #expect(
            try transport.request(1).text
                == #"{"entitlement":{"expiry":{"neverExpires":false,"endDate":"2027-12-31"}}}"#
        )
    }

    @Test("Invariant 3: what is equal to its target is done, and not written again")
    func equal() async throws {
        let held = Wire.entitlement(Wire.line("1", quantity: 14), end: "2027-12-31")
        let transport = Script(Script.answer(200, held))
        _ = try await apply(transport, [Self.later, Self.more], InMemoryIntentLog())
        #expect(transport.requests.map(\.method) == ["GET"])
        let half = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1", quantity: 14))),
            Script.answer(200, held)
        )
        _ = try await apply(half, [Self.later, Self.more], InMemoryIntentLog())
        #expect(
            try half.request(1).text == #"{"entitlement":{"expiry":{"neverExpires":false,"endDate":"2027-12-31"}}}"#
        )
    }

    @Test("Invariant 3: a delta that landed twice is taken back")
    func overshoot() async throws {
        let intents = ["patch", "patch#2"].map {
            Intent(
                id: $0,
                call: "PATCH",
                effects: ["lineItems.1.quantity=10"],
                deadline: Date(timeIntervalSince1970: 0),
                fate: .notApplied
            )
        }
        let transport = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1", quantity: 18))),
            Script.answer(200, Wire.entitlement(Wire.line("1", quantity: 14)))
        )
        let log = InMemoryIntentLog(intents)
        #expect(try await apply(transport, [Self.more], log).lineItems[0].quantity == 14)
        #expect(
            try transport.request(1).text.contains(#""totalQuantity":-4"#)
        )
        #expect(await log.intents.map(\.id) == ["patch", "patch#2", "patch#3"])
    }

    @Test("Invariant 3: a quantity that this command can't have made is a conflict")
    func foreignQuantity() async throws {
        let intent = Intent(
            id: "patch",
            call: "PATCH",
            effects: ["lineItems.1.quantity=10"],
            deadline: Date(timeIntervalSince1970: 0),
            fate: .notApplied
        )
        let transport = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1", quantity: 15), end: "2027-12-31"))
        )
        let failure = await applyFailure(
            try gateway(transport),
            GatewaySamples.update([Self.later, Self.more]),
            InMemoryIntentLog([intent])
        )
        #expect(
            failure
                == .conflict(
                    observed: ["lineItems.1.quantity": .count(15)],
                    applied: [Self.later],
                    missing: [Self.more]
                )
        )
    }

    @Test("Invariant 3: a line that landed twice is taken out of force once")
    func twins() async throws {
        let intent = Intent(
            id: "patch",
            call: "PATCH",
            effects: ["lineItems.3="],
            deadline: Date(timeIntervalSince1970: 0),
            fate: .notApplied
        )
        func line(_ pkId: String, _ state: String = "ENABLE", available: Int = 3) -> String {
            Wire.line(
                "3",
                pkId: pkId,
                quantity: 3,
                available: available,
                end: "2027-12-31",
                state: state,
                product: "GC3042"
            ).replacing(#""startDate":"2026-01-01""#, with: #""startDate":"2026-06-01""#)
        }
        let transport = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1"), line("a"), line("b", available: 1))),
            Script.answer(200, Wire.entitlement(Wire.line("1"), line("a", "DISABLE"), line("b", available: 1)))
        )
        let held = try await apply(transport, [GatewaySamples.added("3")], InMemoryIntentLog([intent]))
        #expect(
            try transport.request(1).text
                == #"{"entitlement":{"productKeys":{"productKey":[{"pkId":"a","state":"DISABLE"}]}}}"#
        )
        #expect(held.line(GatewaySamples.line("3"))?.productKeyID == "b")
    }

    @Test("an attribute that the tenant doesn't have is written once and then left alone")
    func unkept() async throws {
        let mark = Change(.attribute("Ends With Term"), from: nil, to: .text("true"))
        let plain = Script.answer(200, Wire.entitlement(Wire.line("1")))
        let transport = Script(plain, plain)
        _ = try await apply(transport, [mark], InMemoryIntentLog())
        #expect(transport.isDone && transport.requests.count == 2)
    }

    @Test("what EMS takes and doesn't keep ends after a few turns")
    func unstable() async throws {
        let transport = Script()
        for _ in 0..<20 { transport.append(Script.answer(200, Wire.entitlement(Wire.line("1")))) }
        let failure = await applyFailure(try gateway(transport), GatewaySamples.update([Self.later]))
        guard case .transient(let reason, _) = failure else { return #expect(Bool(false), "\(failure as Any)") }
        #expect(reason.contains("6 turns") && transport.requests.count == 7)
    }

    @Test("Invariant 4: refused after half of it was kept tells both halves")
    func partly() async throws {
        let transport = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1"))),
            Script.answer(400, #"{"errorResponse":{"errorCode":7,"description":"no"}}"#),
            Script.answer(200, Wire.entitlement(Wire.line("1"), end: "2027-12-31"))
        )
        let failure = await applyFailure(try gateway(transport), GatewaySamples.update([Self.later, Self.more]))
        let refusal = EMSRefusal(status: 400, errorCode: 7, description: "no")
        #expect(failure == .refused(refusal, applied: [Self.later], missing: [Self.more]))
    }

    @Test("whose claim is void closes nothing")
    func voidClose() async throws {
        let log = InMemoryIntentLog()
        await log.fail(with: .staleClaim)
        let transport = Script(Script.answer(200, Wire.entitlement(Wire.line("1"))))
        #expect(await applyFailure(try gateway(transport), GatewaySamples.closing(), log) != nil)
        #expect(transport.isDone && transport.requests.map(\.method) == ["GET"])
    }

    @Test("Invariant 3: refused although all of it is true is success")
    func refusedButTrue() async throws {
        let transport = Script(
            Script.answer(200, Wire.entitlement()),
            Script.answer(400, "already closed"),
            Script.answer(200, Wire.entitlement(state: "CLOSED"))
        )
        let held = try await gateway(transport).apply(
            GatewaySamples.closing(),
            in: GatewaySamples.context,
            intents: InMemoryIntentLog()
        )
        #expect(held.state == .closed)
    }

    @Test("a preview shows the PATCH that would be made")
    func preview() async throws {
        let held = try EntitlementReader.read(Array(Wire.entitlement(Wire.line("1")).utf8))
        let subscription = Subscription(version: 1, kind: .paid, endsWithTerm: false, entitlement: held)
        let calls = try gateway(Script()).plannedCalls(
            for: GatewaySamples.update([Self.more]),
            in: ApplyContext(identity: CommandIdentity(source: "/shop", id: "order-1"), reason: "more"),
            on: Snapshot(subscription: subscription)
        )
        #expect(
            calls.map(\.path)
                == ["/entitlements/externalId=SUB-1?returnResource=true&comments=cmd%3A%2Fshop%20order-1%20more"]
        )
        #expect(
            calls.first?.body
                == #"{"entitlement":{"productKeys":{"productKey":[{"pkId":"pk-1","totalQuantity":4}]}}}"#
        )
    }
}
