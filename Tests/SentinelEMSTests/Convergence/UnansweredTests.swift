import Foundation
import OrderFulfilment
import SubscriptionLifecycle
import TestKit
import Testing

@testable import SentinelEMS

/// Timeout 30 s, settling 60 s; the customer and the contact are known.
@Suite("Calls that must not be repeated, without an answer")
struct UnansweredTests {
    private typealias Script = ScriptedTransport

    private static let created = Wire.entitlement(Wire.line("1"))
    private static let known = Script.answer(200, #"{"customer":{"id":"c-1"}}"#)
    private let clock = ManualClock()
    private let log = InMemoryIntentLog()

    private var creation: Decision {
        var draft = GatewaySamples.draft()
        draft.customer.contact = nil
        draft.channelPartner = nil
        draft.attributes = [:]
        draft.lineItems = [draft.lineItems[0]]
        return GatewaySamples.creation("SUB-1", draft)
    }

    private func creations(_ transport: Script) -> Int {
        transport.requests.filter { $0.line == "POST /entitlements" }.count
    }

    @Test("Invariant 3: what landed is read back and not made again")
    func landed() async throws {
        let transport = Script(
            Script.absent,
            Self.known,
            Script.fail(.noAnswer("lost")),
            Script.answer(200, Self.created)
        )
        let held = try await gateway(transport, clock: clock)
            .apply(creation, in: GatewaySamples.context, intents: log)
        #expect(held.lineItems.count == 1 && creations(transport) == 1)
    }

    @Test("Invariant 3: what didn't land is not made again before it can't land any more")
    func settles() async throws {
        let transport = Script(Script.absent, Self.known, Script.fail(.noAnswer("lost")), Script.absent)
        let gateway = try gateway(transport, clock: clock)
        let until = clock.now.addingTimeInterval(90)
        guard case .unsettled(_, until) = await applyFailure(gateway, creation, log) else {
            return #expect(Bool(false), "unsettled was expected")
        }
        clock.advance(by: 89)
        transport.append(Script.absent)
        guard case .unsettled(_, until) = await applyFailure(gateway, creation, log) else {
            return #expect(Bool(false), "unsettled was expected")
        }
        #expect(creations(transport) == 1)
        clock.advance(by: 2)
        transport.append(Script.absent, Script.answer(201, Self.created))
        _ = try await gateway.apply(creation, in: GatewaySamples.context, intents: log)
        #expect(creations(transport) == 2 && transport.isDone)
        let intents = await log.intents
        #expect(intents.map(\.id) == ["create", "create#2"])
        #expect(intents.map(\.fate) == [.notApplied, .open])
    }

    @Test("Invariant 3: without a durable intent nothing is sent that must not be repeated")
    func intentFirst() async throws {
        await log.fail(with: .unavailable("disk full"))
        let transport = Script(Script.absent, Self.known)
        guard case .transient = await applyFailure(try gateway(transport, clock: clock), creation, log) else {
            return #expect(Bool(false), "transient was expected")
        }
        #expect(creations(transport) == 0)
        let more = Change(.lineQuantity(GatewaySamples.line("1")), from: .count(10), to: .count(14))
        let update = Script(Script.answer(200, Self.created))
        _ = await applyFailure(try gateway(update, clock: clock), GatewaySamples.update([more]), log)
        #expect(update.requests.map(\.method) == ["GET"])
    }

    @Test("Invariant 3: what landed late is not made again, by another process either")
    func late() async throws {
        let first = Script(Script.absent, Self.known, Script.fail(.noAnswer("lost")), Script.absent)
        _ = await applyFailure(try gateway(first, clock: clock), creation, log)
        clock.advance(by: 60)
        let second = Script(Script.answer(200, Self.created))
        let held = try await gateway(second, clock: clock)
            .apply(creation, in: GatewaySamples.context, intents: log)
        #expect(held.entitlementID == "e-1" && second.requests.count == 1)
    }

    @Test("Invariant 3: when the read back fails too, the settling time counts")
    func blind() async throws {
        let transport = Script(
            Script.absent,
            Self.known,
            Script.fail(.noAnswer("lost")),
            Script.fail(.notSent("refused"))
        )
        let failure = await applyFailure(try gateway(transport, clock: clock), creation, log)
        guard case .unsettled(_, until: let until) = failure else {
            return #expect(Bool(false), "\(failure as Any)")
        }
        #expect(until == clock.now.addingTimeInterval(90))
    }

    @Test("a gateway's 504 is no answer of EMS")
    func badGateway() async throws {
        let transport = Script(Script.absent, Self.known, Script.answer(504, "<html>"), Script.absent)
        guard case .unsettled = await applyFailure(try gateway(transport, clock: clock), creation, log) else {
            return #expect(Bool(false), "unsettled was expected")
        }
    }

    @Test("an answered failure that took effect is success; one that didn't is worth another try at once")
    func answeredFailure() async throws {
        let effective = Script(
            Script.absent,
            Self.known,
            Script.answer(500, ""),
            Script.answer(200, Self.created)
        )
        _ = try await gateway(effective, clock: clock)
            .apply(creation, in: GatewaySamples.context, intents: InMemoryIntentLog())
        let transport = Script(Script.absent, Self.known, Script.answer(500, ""), Script.absent)
        let gateway = try gateway(transport, clock: clock)
        guard case .transient = await applyFailure(gateway, creation, log) else {
            return #expect(Bool(false), "transient was expected")
        }
        transport.append(Script.absent, Script.answer(201, Self.created))
        _ = try await gateway.apply(creation, in: GatewaySamples.context, intents: log)
        #expect(creations(transport) == 2)
    }

    @Test("what was never sent is only transient")
    func notSent() async throws {
        let transport = Script(Script.absent, Self.known, Script.fail(.notSent("refused")))
        guard case .transient = await applyFailure(try gateway(transport, clock: clock), creation, log) else {
            return #expect(Bool(false), "transient was expected")
        }
        #expect(await log.intents.map(\.fate) == [.notApplied])
    }

    @Test("an entitlement that appears when our creation is refused is somebody else's")
    func overtaken() async throws {
        let transport = Script(
            Script.absent,
            Self.known,
            Script.answer(400, "duplicate"),
            Script.answer(200, Wire.entitlement(Wire.line("1"), orderID: "SO-OTHER"))
        )
        let gateway = try gateway(transport, clock: clock) { $0.cacheLifetime = .zero }
        guard case .conflict(_, applied: [], missing: _) = await applyFailure(gateway, creation, log) else {
            return #expect(Bool(false), "a conflict with nothing applied was expected")
        }
    }

    @Test("our own creation that was changed since is looked at field by field")
    func changedSince() async throws {
        await log.preset([
            Intent(id: "create", call: "POST", effects: Intent.creation, deadline: clock.now, fate: .open)
        ])
        let transport = Script(
            Script.answer(200, Wire.entitlement(Wire.line("1"), end: "2030-12-31", orderID: "SO-1"))
        )
        let failure = await applyFailure(try gateway(transport, clock: clock), creation, log)
        guard case .conflict(let observed, let applied, let missing) = failure else {
            return #expect(Bool(false), "\(failure as Any)")
        }
        #expect(observed == ["term.end": .date(GatewaySamples.day("2030-12-31"))])
        #expect(missing.map(\.field) == [.termEnd])
        #expect(applied.contains { $0.field == .line(GatewaySamples.line("1")) })
    }

    @Test("a customer that went away meanwhile is created again, once")
    func goneCustomer() async throws {
        let transport = Script(Script.absent, Self.known, Script.answer(201, Self.created))
        let gateway = try gateway(transport, clock: clock)
        _ = try await gateway.apply(creation, in: GatewaySamples.context, intents: InMemoryIntentLog())
        transport.append(
            Script.absent,
            Script.answer(400, "no such customer"),
            Script.absent,
            Script.absent,
            Script.answer(201, "{}"),
            Script.answer(201, Self.created)
        )
        _ = try await gateway.apply(creation, in: GatewaySamples.context, intents: log)
        #expect(
            transport.requests.map(\.line).suffix(3) == [
                "GET /customers/externalId=CUST-1", "POST /customers", "POST /entitlements",
            ]
        )
    }
}

extension InMemoryIntentLog {
    fileprivate func preset(_ intents: [Intent]) async {
        for intent in intents { try? await write(intent) }
    }
}
