import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

extension LedgerConformance {
    static let rounds = [
        LedgerConformance("Invariant 2: a replayed dead letter is decided again, in a round of its own") { scene in
            let first = try await scene.grant("A", at: 1)
            let decision = Decision(
                operation: .renewSubscription,
                subscriptionID: first.claim.subscriptionID,
                baseVersion: 0,
                previousState: .active,
                state: .active,
                kind: .paid,
                endsWithTerm: false,
                plan: .update([])
            )
            try await scene.ledger.record(decision, under: first.claim)
            let answered = Intent(id: "a", call: "POST", effects: [], deadline: LedgerScene.time(9), fate: .answered)
            let open = Intent(id: "b", call: "PATCH", effects: [], deadline: LedgerScene.time(9))
            for intent in [answered, open] { try await scene.ledger.intend(intent, under: first.claim) }
            let parking = Parking(wait: .retry(attempts: 6), due: LedgerScene.time(2), detail: "503")
            try await scene.ledger.park(parking, under: first.claim)
            try await scene.deadLetter(scene.wakeOne(at: 2), at: 3)
            #expect(try await scene.openRound(LedgerScene.letter("A")) == .open(round: 2))
            #expect(try await scene.state(of: "A") == .reopened)
            #expect(try await scene.ledger.statistics().open[.reopened] == 1)
            let second = try await scene.grant("A", at: 7)
            #expect(second.claim.round == 2 && second.decision == nil && second.attempts == 0)
            #expect(second.intents == [open], "what had no answer may still land")
            #expect(second.receivedAt == LedgerScene.time(7))
            try await scene.complete(second, version: 1, at: 8)
            let record = try #require(try await scene.ledger.orders(withID: "A").first)
            #expect(record.outcome == .succeeded && record.round == 2 && record.code == nil)
        },
        LedgerConformance("Opening a round twice opens one, and once its message has come there is nothing to publish")
        {
            scene in
            let letter = LedgerScene.letter("A")
            try await scene.deadLetter(scene.grant("A"))
            #expect(try await scene.ledger.verdict(on: letter) == .open(round: 2))
            #expect(try await scene.state(of: "A") == .ended, "a verdict writes nothing")
            for _ in 1...2 { #expect(try await scene.openRound(letter) == .open(round: 2)) }
            try await scene.reopen(at: 6)
            #expect(try await scene.openRound(letter) == .open(round: 2))
            let second = try await scene.grant("A")
            #expect(try await scene.openRound(letter) == .taken(round: 2))
            try await scene.deadLetter(second)
            #expect(try await scene.openRound(letter) == .taken(round: 2))
            #expect(try await scene.openRound(LedgerScene.letter("A", round: 2)) == .open(round: 3))
        },
        LedgerConformance("A command that the ledger doesn't know is no round") { scene in
            let verdict = try await scene.openRound(LedgerScene.letter("A"))
            #expect(verdict == .unknown)
            #expect(try await scene.ledger.orders(withID: "A").isEmpty)
        },
        LedgerConformance("What a later command has superseded is refused, what an earlier one did is not") { scene in
            let early = try await scene.grant("early")
            try await scene.deadLetter(early, at: 1)
            try await scene.deadLetter(scene.grant("A"), at: 2)
            #expect(try await scene.openRound(LedgerScene.letter("early")) == .open(round: 2))
            try await scene.complete(scene.grant("early"), version: 1, at: 3)
            #expect(try await scene.ledger.verdict(on: LedgerScene.letter("A")) == .open(round: 2))
            try await scene.complete(scene.grant("rejected"), version: nil, at: 4)
            #expect(try await scene.ledger.verdict(on: LedgerScene.letter("A")) == .open(round: 2))
            try await scene.complete(scene.grant("later"), version: 2, at: 5)
            let verdict = try await scene.openRound(LedgerScene.letter("A"))
            guard case .refused(let reason) = verdict else { throw LedgerScene.Surprise("\(verdict)") }
            #expect(reason.contains("later") && reason.contains("superseded"))
            #expect(try await scene.state(of: "A") == .ended)
            var stranger = LedgerScene.letter("never claimed")
            guard case .refused = try await scene.openRound(stranger) else { throw LedgerScene.Surprise("opened") }
            stranger.time = LedgerScene.time(60)
            #expect(try await scene.openRound(stranger) == .unknown)
        },
        LedgerConformance("A numbered command is not superseded by what belongs before it") { scene in
            // It came first, and was a dead letter before anything else had come.
            try await scene.deadLetter(scene.grant("third", expecting: 2), at: 1)
            try await scene.complete(scene.grant("first", expecting: 0), version: 1, at: 2)
            #expect(try await scene.ledger.verdict(on: LedgerScene.letter("third")) == .open(round: 2))
            try await scene.complete(scene.grant("second", expecting: 1), version: 2, at: 3)
            #expect(try await scene.ledger.verdict(on: LedgerScene.letter("third")) == .open(round: 2))
            try await scene.complete(scene.grant("another", expecting: 2), version: 3, at: 4)
            guard case .refused(let reason) = try await scene.openRound(LedgerScene.letter("third")) else {
                throw LedgerScene.Surprise("opened")
            }
            #expect(reason.contains("superseded"))
        },
        LedgerConformance("What has ended well, is still open, or is another's is refused") { scene in
            var letter = LedgerScene.letter("A")
            let grant = try await scene.grant("A")
            let stranger = LedgerScene.letter("A", round: nil)
            #expect(try await scene.openRound(stranger) == .taken(round: 1), "the ledger has what never had a claim")
            guard case .refused = try await scene.openRound(letter) else { throw LedgerScene.Surprise("opened") }
            try await scene.complete(grant, version: 1)
            guard case .refused = try await scene.openRound(letter) else { throw LedgerScene.Surprise("opened") }
            #expect(try await scene.openRound(stranger) == .taken(round: 1))
            letter.fingerprint = "other"
            guard case .refused(let reason) = try await scene.openRound(letter) else {
                throw LedgerScene.Surprise("opened")
            }
            #expect(reason.contains("--edit"))
            let unannounced = try await scene.grant("B", of: "SUB-2")
            var ending = LedgerScene.ending(unannounced.claim, version: nil, at: 1)
            ending.outcome = .deadLettered
            try await scene.ledger.complete(ending, under: unannounced.claim)
            let waiting = LedgerScene.letter("B", of: "SUB-2")
            guard case .refused = try await scene.openRound(waiting) else { throw LedgerScene.Surprise("opened") }
        },
        LedgerConformance("A reopened command holds nobody back, isn't pruned, and takes its place when it comes") {
            scene in
            try await scene.deadLetter(scene.grant("A"))
            #expect(try await scene.openRound(LedgerScene.letter("A")) == .open(round: 2))
            #expect(try await scene.ledger.prune(endedBefore: LedgerScene.time(1000), limit: 10) == 0)
            #expect(try await scene.wake(at: 1000).isEmpty)
            let head = try await scene.grant("B")
            #expect(try await scene.claim("A") == .parked)
            #expect(try await scene.state(of: "A") == .behind)
            try await scene.complete(head, version: 1)
            #expect(try await scene.wakeOne(at: 9).claim.round == 2)
        },
        LedgerConformance("One letter is replaced by one command only") { scene in
            let at = LedgerScene.time(1)
            let first = LetterNote(key: "k", commandID: "A", fate: .replaced, replacement: "N", by: "ann", at: at)
            #expect(try await scene.ledger.note(of: "k") == nil)
            #expect(try await scene.ledger.note(first) == first)
            var other = first
            other.replacement = "M"
            #expect(try await scene.ledger.note(other) == first)
            let discarded = LetterNote(key: "l", commandID: nil, fate: .discarded, by: "bob", at: at, reason: "spam")
            #expect(try await scene.ledger.note(discarded) == discarded)
            try await scene.reopen(at: 2)
            #expect(try await scene.ledger.note(of: "k") == first)
            #expect(try await scene.ledger.note(of: "l") == discarded)
        },
    ]
}
