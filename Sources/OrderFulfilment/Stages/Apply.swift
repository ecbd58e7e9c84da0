import Foundation
import OrderMessages
import SubscriptionLifecycle

/// A decision that is true of EMS.
struct Applied: Hashable, Sendable {
    var turn: Turn
    var decision: Decision
    var entitlement: Entitlement
}

extension Line {
    /// apply: the entitlement is made to match the decision, whatever of it was done before.
    func apply(_ decided: Decided) async throws(Failure) -> Applied {
        let turn = decided.turn
        let context = ApplyContext(turn.command, identity: turn.grant.claim.identity)
        if turn.grant.isDeclaredApplied { return try await readBack(decided) }
        let intents = ClaimedIntents(
            ledger: ledger,
            claim: turn.grant.claim,
            intents: turn.grant.intents,
            now: timekeeper.now
        )
        let entitlement = try await retrying(turn.order, turn, .apply) { () throws(Attempt) in
            do throws(ApplyFailure) {
                return try await gateway.apply(decided.decision, in: context, intents: intents)
            } catch {
                throw await attempt(error, decided, context, intents)
            }
        }
        CaseNotes.current?.note(.applied, "EMS holds what was decided")
        return Applied(turn: turn, decision: decided.decision, entitlement: entitlement)
    }

    /// An operator says that EMS has it: what EMS then holds is believed.
    private func readBack(_ decided: Decided) async throws(Failure) -> Applied {
        let turn = decided.turn
        let held = try await callingEMS(turn.order, turn) { () throws(GatewayFailure) in
            try await gateway.entitlement(of: turn.command.subscriptionID)
        }
        guard let held else {
            let until = timekeeper.now().addingTimeInterval(3600)
            throw .unsettled("released as applied, but EMS has no entitlement of that subscription", until: until, turn)
        }
        CaseNotes.current?.note(.applied, "an operator has said so; what EMS holds is believed")
        return Applied(turn: turn, decision: decided.decision, entitlement: held)
    }

    private func attempt(
        _ failure: ApplyFailure,
        _ decided: Decided,
        _ context: ApplyContext,
        _ intents: ClaimedIntents
    ) async -> Attempt {
        let turn = decided.turn
        // A ledger that fails while an intent is written looks like a failing call to the gateway; it is not EMS's fault.
        if let ledgerFailure = await intents.failure {
            return .final(Failure(ledgerFailure, turn.grant.claim.identity))
        }
        switch failure {
        case .transient(let reason, let retryAfter): return .transient(reason, retryAfter: retryAfter)
        case .unsettled(let reason, let until): return .final(.unsettled(reason, until: until, turn))
        case .busy(let reason, let seconds):
            return .final(.busy(reason, until: timekeeper.now().addingTimeInterval(seconds), turn))
        case .refused(let refusal, let applied, let missing):
            let detail = "EMS refused the rest with status \(refusal.status): \(refusal.description)"
            let parts = PartialApplication(decided, detail, applied, missing)
            if let failed = await undo(parts, context, intents) { return failed }
            return .final(await rejected(decided, Rejection(refusal)))
        case .conflict(let observed, let applied, let missing):
            let fields = observed.keys.sorted().joined(separator: ", ")
            let detail = "somebody else changed \(fields) in EMS meanwhile"
            let parts = PartialApplication(decided, detail, applied, missing)
            if let failed = await undo(parts, context, intents) { return failed }
            let required = decided.decision.changes.reduce(into: [String: Fact]()) { facts, change in
                if observed[change.field.description] != nil, let base = change.base {
                    facts[change.field.description] = base
                }
            }
            let rejection = Rejection(
                .emsConflict,
                "Somebody else changed \(fields) in EMS between look-up and write; look at it and order again.",
                observed: observed,
                required: required
            )
            return .final(await rejected(decided, rejection))
        }
    }

    /// A rejection shows the subscription as it is now: it was decided on another one, or before a crash.
    private func rejected(_ decided: Decided, _ rejection: Rejection) async -> Failure {
        let turn = decided.turn
        let names = lifecycle.policies.attributeNames
        let now = try? await gateway.entitlement(of: turn.command.subscriptionID)
        let subscription = now.flatMap(\.self).map {
            Subscription(entitlement: $0, known: turn.grant.known, attributeNames: names)
        }
        return .rejected(
            Refused(
                order: turn.order,
                grant: turn.grant,
                rejection: rejection,
                state: decided.decision.previousState,
                subscription: subscription ?? decided.snapshot?.subscription
            )
        )
    }
}

/// The intents of one claimed command: kept in memory as they are in the ledger.
actor ClaimedIntents: IntentLog {
    private let ledger: any Ledger
    private let claim: Claim
    private let now: @Sendable () -> Date
    private(set) var intents: [Intent]
    /// Why an intent could not be written, if one couldn't.
    private(set) var failure: LedgerFailure?

    init(ledger: any Ledger, claim: Claim, intents: [Intent], now: @escaping @Sendable () -> Date) {
        self.ledger = ledger
        self.now = now
        self.claim = claim
        self.intents = intents
    }

    func write(_ intent: Intent) async throws(LedgerFailure) {
        try await noting { () throws(LedgerFailure) in try await ledger.intend(intent, under: claim) }
        if intent.fate == .open { CrashPoint.writing.reach(claim.identity.id) }
        if let index = intents.firstIndex(where: { $0.id == intent.id }) {
            intents[index] = intent
        } else {
            intents.append(intent)
        }
    }

    func confirm() async throws(LedgerFailure) {
        try await noting { () throws(LedgerFailure) in try await ledger.confirm(claim) }
    }

    func hold(_ key: String, for seconds: Double) async throws(LedgerFailure) -> KeyAnswer {
        try await noting { () throws(LedgerFailure) in
            try await ledger.hold(key, for: seconds, at: now(), under: claim)
        }
    }

    /// Best effort: a key that stays is free when its time is over.
    func letGo(of hold: KeyHold) async { try? await ledger.letGo(of: hold) }

    private func noting<Value: Sendable>(
        _ call: () async throws(LedgerFailure) -> Value
    ) async throws(LedgerFailure) -> Value {
        do throws(LedgerFailure) {
            return try await call()
        } catch {
            failure = error
            throw error
        }
    }
}
