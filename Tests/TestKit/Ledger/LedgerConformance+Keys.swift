import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let keys = [
        LedgerConformance("A key is one attempt's until it is given back, over restarts") { scene in
            let first = try await scene.grant("A").claim
            let second = try await scene.grant("B", of: "SUB-2").claim
            let at = LedgerScene.time(0)
            let hold = try await held(scene.ledger.hold("customer", for: 90, at: at, under: first))
            for claim in [first, second] {
                let answer = try await scene.ledger.hold("customer", for: 90, at: at, under: claim)
                guard case .busy(let seconds) = answer else { throw LedgerScene.Surprise("taken twice") }
                #expect(seconds > 60 && seconds <= 90)
            }
            _ = try await held(scene.ledger.hold("other", for: 90, at: at, under: second))
            try await scene.ledger.letGo(of: KeyHold(key: "customer", token: hold.token + 1))
            guard case .busy = try await scene.ledger.hold("customer", for: 90, at: at, under: second) else {
                throw LedgerScene.Surprise("somebody else's token has freed it")
            }
            try await scene.reopen(at: 1)
            let again = try await scene.grant("C", of: "SUB-3").claim
            guard case .busy = try await scene.ledger.hold("customer", for: 90, at: at, under: again) else {
                throw LedgerScene.Surprise("forgotten with its worker, whose creation may still land")
            }
            try await scene.ledger.letGo(of: hold)
            _ = try await held(scene.ledger.hold("customer", for: 90, at: at, under: again))
        },
        LedgerConformance("A key whose time is over is free, and its late holder takes it from nobody") { scene in
            let first = try await scene.grant("A").claim
            let second = try await scene.grant("B", of: "SUB-2").claim
            let at = LedgerScene.time(0)
            let late = try await held(scene.ledger.hold("customer", for: 0, at: at, under: first))
            _ = try await held(scene.ledger.hold("customer", for: 90, at: at, under: second))
            try await scene.ledger.letGo(of: late)
            guard case .busy = try await scene.ledger.hold("customer", for: 90, at: at, under: first) else {
                throw LedgerScene.Surprise("the late one has freed it")
            }
        },
        LedgerConformance("Under a void claim no key is taken and nothing is confirmed") { scene in
            let stale = try await scene.grant("A").claim
            try await scene.ledger.confirm(stale)
            try await scene.ledger.release(stale)
            let next = try await scene.grant("A").claim
            await #expect(throws: LedgerFailure.staleClaim) { try await scene.ledger.confirm(stale) }
            await #expect(throws: LedgerFailure.staleClaim) {
                try await scene.ledger.hold("customer", for: 90, at: LedgerScene.time(0), under: stale)
            }
            _ = try await held(scene.ledger.hold("customer", for: 90, at: LedgerScene.time(0), under: next))
        },
    ]

    private static func held(_ answer: KeyAnswer) throws -> KeyHold {
        guard case .held(let hold) = answer else { throw LedgerScene.Surprise("\(answer)") }
        return hold
    }
}
