import Foundation
import LocalServers
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import PostgresLedger

/// The server has committed, and its answer never came: each operation is made again and answers as if it had come.
@Suite struct LostAnswerTests {
    private final class Scene: Sendable {
        let store: PostgresLedgerStore
        let proxy: LossyProxy
        let ledger: PostgresLedger

        /// Patient by default, since only a lost answer shall fail a call here, and not a busy machine.
        init(patience: Double = 60, longestAnswer: Double = 10) async throws {
            let server = try await PostgresServer.shared()
            let proxy = try LossyProxy(to: server.port)
            let schema = "t" + UUID().uuidString.replacing("-", with: "").lowercased()
            let url =
                "postgres://orders@127.0.0.1:\(proxy.port)/postgres?sslmode=disable&options=-csearch_path%3D\(schema)"
            store = try await PostgresLedgerStore {
                $0.url = url
                $0.connections = 1
                $0.patience = patience
                $0.longestAnswer = longestAnswer
            }
            self.proxy = proxy
            ledger = try await store.worker()
            // The connection is there: what is lost from now on is an answer to the test.
            _ = try await ledger.nextDue()
        }

        /// Does it once with the answer lost.
        func losing<Value>(_ body: (PostgresLedger) async throws -> Value) async throws -> Value {
            let before = proxy.losses
            proxy.set(.loseOne)
            let value = try await body(ledger)
            #expect(proxy.losses == before + 1)
            return value
        }

        func end() async {
            proxy.set(.pass)
            await store.close()
            proxy.end()
        }
    }

    @Test func `A claim is granted once, and the same fence is answered`() async throws {
        let scene = try await Scene()
        let grant = try await scene.losing { try await $0.grant("A") }
        try await scene.ledger.complete(LedgerScene.ending(grant.claim, version: 1, at: 1), under: grant.claim)
        let second = try await scene.ledger.grant("B")
        #expect(second.claim.fence == grant.claim.fence + 1)
        #expect(try await scene.losing { try await $0.claim(LedgerScene.request("C")) } == .parked)
        #expect(try await scene.ledger.statistics().claimed == 3)
        await scene.end()
    }

    @Test func `A decision and intents are written once`() async throws {
        let scene = try await Scene()
        let grant = try await scene.ledger.grant("A")
        let intent = Intent(id: "create", call: "POST", effects: [], deadline: LedgerScene.time(9))
        try await scene.losing { try await $0.record(WorkersTests.decision(grant), under: grant.claim) }
        try await scene.losing { try await $0.intend(intent, under: grant.claim) }
        let stored = try #require(try await scene.ledger.orders(withID: "A").first)
        #expect(stored.decision == WorkersTests.decision(grant) && stored.intents == [intent])
        await scene.end()
    }

    @Test func `An end is an end, and announced`() async throws {
        let scene = try await Scene()
        let grant = try await scene.ledger.grant("A")
        #expect(try await scene.ledger.claim(LedgerScene.request("B")) == .parked)
        try await scene.losing {
            try await $0.complete(LedgerScene.ending(grant.claim, version: 1, at: 1), under: grant.claim)
        }
        try await scene.losing { try await $0.announced(grant.claim.identity, round: 1) }
        #expect(try await scene.ledger.orders(withID: "A").first?.isAnnounced == true)
        await scene.end()
    }

    @Test func `Parking, releasing and waking happen once`() async throws {
        let scene = try await Scene()
        let grant = try await scene.ledger.grant("A")
        let parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(5), detail: "503")
        try await scene.losing { try await $0.park(parking, under: grant.claim) }
        let woken = try await scene.losing { try await $0.wake(limit: 9, now: LedgerScene.time(9)) }
        let again = try #require(woken.first?.grant)
        #expect(woken.count == 1 && again.attempts == 1)
        try await scene.losing { try await $0.release(again.claim) }
        let last = try await scene.ledger.grant("A")
        try await scene.ledger.complete(LedgerScene.ending(last.claim, version: 1, at: 1), under: last.claim)
        await scene.end()
    }

    @Test func `What operators change is changed once, and answered as if the answer had come`() async throws {
        let scene = try await Scene()
        let pause = Pause(operation: .renewSubscription, by: "ann", since: LedgerScene.time(0))
        try await scene.losing { try await $0.pause(pause) }
        #expect(try await scene.losing { try await $0.resume(.renewSubscription) })
        #expect(try await scene.ledger.pauses().isEmpty)
        let waiting = try await scene.ledger.grant("A")
        let parking = Parking(wait: .retry(attempts: 1), due: LedgerScene.time(900), detail: "503")
        try await scene.ledger.park(parking, under: waiting.claim)
        let identity = waiting.claim.identity
        let verdict = try await scene.losing { try await $0.release(identity, as: .retryNow, at: LedgerScene.time(5)) }
        #expect(verdict == .released)
        let woken = try #require(try await scene.ledger.wake(limit: 9, now: LedgerScene.time(9)).first)
        var ending = LedgerScene.ending(woken.grant.claim, version: nil, at: 10)
        (ending.outcome, ending.code) = (.deadLettered, "attempts-exhausted")
        try await scene.ledger.complete(ending, under: woken.grant.claim)
        try await scene.ledger.announced(identity, round: 1)
        let opened = try await scene.losing {
            try await $0.openRound(LedgerScene.letter("A"), at: LedgerScene.time(20))
        }
        #expect(opened == .open(round: 2))
        let note = LetterNote(key: "k", commandID: "A", fate: .replayed, by: "ann", at: LedgerScene.time(20))
        #expect(try await scene.losing { try await $0.note(note) } == note)
        await scene.end()
    }

    @Test func `A strike counts once, and a key is taken once`() async throws {
        let scene = try await Scene()
        #expect(try await scene.losing { try await $0.strike("a", at: LedgerScene.time(0)) } == 0)
        #expect(try await scene.ledger.strike("a", at: LedgerScene.time(0)) == 1)
        try await scene.losing { try await $0.clearStrikes("a") }
        let claim = try await scene.ledger.grant("A").claim
        let answer = try await scene.losing {
            try await $0.hold("customer", for: 90, at: LedgerScene.time(0), under: claim)
        }
        guard case .held(let hold) = answer else { throw LedgerScene.Surprise("\(answer)") }
        try await scene.losing { try await $0.letGo(of: hold) }
        await scene.end()
    }

    @Test func `Patience is given back once`() async throws {
        let scene = try await Scene()
        _ = try await scene.ledger.grant("A")
        #expect(try await scene.ledger.claim(LedgerScene.request("B", expecting: 3)) == .parked)
        try await scene.losing { try await $0.extendPatience(by: 10) }
        #expect(try await scene.ledger.nextDue() == LedgerScene.time(40))
        await scene.end()
    }

    @Test(.timeLimit(.minutes(1)))
    func `A call that reaches the server late, after it was made again, does nothing`() async throws {
        let scene = try await Scene(longestAnswer: 3)
        try await scene.ledger.release(scene.ledger.grant("W", of: "SUB-1").claim)
        scene.proxy.set(.holdWake)
        let woken = try await scene.ledger.wake(limit: 9, now: LedgerScene.time(9))
        #expect(woken.map(\.grant.claim.identity.id) == ["W"], "on another connection")
        try await scene.ledger.release(scene.ledger.grant("X", of: "SUB-2").claim)
        let before = scene.proxy.losses
        scene.proxy.release.signal()
        try await eventually("the late call has come") { scene.proxy.losses > before }
        let next = try await scene.ledger.wake(limit: 9, now: LedgerScene.time(9))
        #expect(next.map(\.grant.claim.identity.id) == ["X"])
        await scene.end()
    }

    @Test(.timeLimit(.minutes(1)))
    func `What nobody has heard of is not in hand for ever`() async throws {
        let scene = try await Scene(patience: 3)
        try await scene.ledger.release(scene.ledger.grant("W", of: "SUB-2").claim)
        scene.proxy.set(.loseAll)
        await #expect(throws: LedgerFailure.self) { try await scene.ledger.claim(LedgerScene.request("A")) }
        scene.proxy.set(.pass)
        try await eventually("granted again") {
            guard case .granted = try? await scene.ledger.claim(LedgerScene.request("A")) else { return false }
            return true
        }
        scene.proxy.set(.loseAll)
        await #expect(throws: LedgerFailure.self) { try await scene.ledger.wake(limit: 9, now: LedgerScene.time(9)) }
        scene.proxy.set(.pass)
        try await eventually("woken again") {
            let woken = try? await scene.ledger.wake(limit: 9, now: LedgerScene.time(9))
            return woken?.map(\.grant.claim.identity.id) == ["W"]
        }
        await scene.end()
    }
}
