import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit

/// The ledger's twin as one worker reaches it: each call when it is its turn.
struct ModelLedger: Ledger {
    let world: World
    /// Whose connection it is.
    let worker: Int

    init(_ world: World, worker: Int) { (self.world, self.worker) = (world, worker) }

    var isShared: Bool { world.scenario.workers > 1 }
    var followsCrash: Bool { get async { false } }

    /// One transaction, in its turn; what it answered is noted as `told` says.
    private func step<Value: Sendable>(
        _ name: String,
        _ told: (Value) -> Int = { _ in 0 },
        _ body: (isolated InMemoryLedger) throws(LedgerFailure) -> Value
    ) async throws(LedgerFailure) -> Value {
        let turn = await world.wait(.ledger(name))
        switch turn {
        case .dead: throw .unavailable("the worker is dead")
        case .refuse:
            Hand.current?.note("ledger failed")
            throw .unavailable("the disk is full")
        case .go, .loseAnswer, .lose, .delay: break
        }
        let result: Result<Value, LedgerFailure>
        do throws(LedgerFailure) { result = .success(try await body(world.ledger)) } catch { result = .failure(error) }
        // A claim whose answer is lost is taken back by the adapter.
        if turn == .loseAnswer, case .success(.granted(let grant) as ClaimAnswer) = result {
            try? await world.ledger.release(grant.claim)
        }
        world.view = await world.ledger.view()
        world.checkLedger(after: name)
        if turn == .loseAnswer {
            Hand.current?.note("ledger's answer lost")
            throw .unavailable("the answer was lost")
        }
        switch result {
        case .success(let value):
            Hand.current?.note([1, told(value)])
            return value
        case .failure(let failure):
            Hand.current?.note(failure)
            throw failure
        }
    }

    func claim(_ request: ClaimRequest) async throws(LedgerFailure) -> ClaimAnswer {
        let plant = world.plant
        return try await step("claim", { $0.digest }) { ledger throws(LedgerFailure) in
            let answer = try ledger.claim(request)
            if case .granted(let grant) = answer { world.owners[grant.claim.fence] = worker }
            if let forged = plant?.forge(answer, request, ledger) {
                world.owners[forged.claim.fence] = worker
                return .granted(forged)
            }
            guard answer == .inHand, isShared, world.owner(of: request.identity) != worker else { return answer }
            return .parked
        }
    }

    // Case files have times in them, and nothing depends on them: the model keeps none.
    func record(_ decision: Decision, _ file: CaseFile?, under claim: Claim) async throws(LedgerFailure) {
        let forgets = world.plant == .decisionForgotten
        try await step("record") { ledger throws(LedgerFailure) in
            if !forgets { try ledger.record(decision, nil, under: claim) }
        }
    }

    func intend(_ intent: Intent, under claim: Claim) async throws(LedgerFailure) {
        let forgets = world.plant == .intentForgotten
        try await step("intend \(intent.id) \(intent.fate.rawValue)") { ledger throws(LedgerFailure) in
            if !forgets { try ledger.intend(intent, under: claim) }
        }
    }

    func confirm(_ claim: Claim) async throws(LedgerFailure) {
        try await step("confirm") { ledger throws(LedgerFailure) in try ledger.confirm(claim) }
    }

    func hold(
        _ key: String,
        for seconds: Double,
        at now: Date,
        under claim: Claim
    ) async throws(LedgerFailure) -> KeyAnswer {
        try await step("hold") { ledger throws(LedgerFailure) in
            try ledger.hold(key, for: seconds, at: now, under: claim)
        }
    }

    func letGo(of hold: KeyHold) async throws(LedgerFailure) {
        try await step("let go") { ledger throws(LedgerFailure) in try ledger.letGo(of: hold) }
    }

    func complete(_ ending: Ending, under claim: Claim) async throws(LedgerFailure) {
        let plant = world.plant
        try await step("complete \(ending.outcome.rawValue)") { ledger throws(LedgerFailure) in
            if plant == .completionForgotten { return }
            var ending = ending
            ending.caseFile = nil
            if plant == .versionSkipped { ending.known?.version += 1 }
            try ledger.complete(ending, under: claim)
            world.ended(claim, ending)
        }
    }

    func announced(_ identity: CommandIdentity, round: Int, at time: Date) async throws(LedgerFailure) {
        let forgets = world.plant == .announcementForgotten
        try await step("announced") { ledger throws(LedgerFailure) in
            if !forgets { try ledger.announced(identity, round: round, at: time) }
        }
    }

    func park(_ parking: Parking, under claim: Claim) async throws(LedgerFailure) {
        let forgets = world.plant == .parkingForgotten
        var parking = parking
        parking.caseFile = nil
        let kept = parking
        try await step("park") { ledger throws(LedgerFailure) in
            if forgets { ledger.forget(claim.identity) } else { try ledger.park(kept, under: claim) }
        }
    }

    func release(_ claim: Claim) async throws(LedgerFailure) {
        try await step("release") { ledger throws(LedgerFailure) in try ledger.release(claim) }
    }

    func strike(_ digest: String, at now: Date) async throws(LedgerFailure) -> Int {
        try await step("strike", { $0 }) { ledger throws(LedgerFailure) in try ledger.strike(digest, at: now) }
    }

    func clearStrikes(_ digest: String) async throws(LedgerFailure) {
        try await step("clear strikes") { ledger throws(LedgerFailure) in try ledger.clearStrikes(digest) }
    }

    func openRound(_ letter: LetterOfCommand, at now: Date) async throws(LedgerFailure) -> RoundVerdict {
        try await step("open round", { $0.hashValue }) { ledger throws(LedgerFailure) in
            let verdict = try ledger.openRound(letter, at: now)
            world.reopened(letter, verdict)
            return verdict
        }
    }

    func note(_ note: LetterNote) async throws(LedgerFailure) -> LetterNote {
        try await step("note") { ledger throws(LedgerFailure) in try ledger.note(note) }
    }

    func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        try await step("verdict", { $0.hashValue }) { ledger throws(LedgerFailure) in try ledger.verdict(on: letter) }
    }
}

extension ClaimAnswer {
    /// All of it that the line goes by; fences and times are the ledger's own business.
    fileprivate var digest: Int {
        var hasher = Hasher()
        switch self {
        case .granted(let grant):
            hasher.combine(grant.known)
            hasher.combine(grant.decision)
            hasher.combine(grant.intents.map { "\($0.id) \($0.fate)" })
            hasher.combine([grant.attempts, grant.claim.round])
            hasher.combine(grant.patience)
        case .replay(let outcome): hasher.combine([outcome.outcome.rawValue, "\(outcome.isAnnounced)"])
        case .inHand: hasher.combine(1)
        case .parked: hasher.combine(2)
        case .conflict: hasher.combine(3)
        }
        return hasher.finalize()
    }
}
