import Foundation
import Logging
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// Makes one entitlement match one decision: read, difference, the fewest calls, read back.
///
/// Each turn looks at what EMS holds and does at most one thing. Nothing is assumed of a call that wasn't answered:
/// the next turn reads. A PATCH or POST that is answered with the resource is its own read-back.
struct Convergence {
    private static let maximumTurns = 6

    let decision: Decision
    let context: ApplyContext
    let gateway: SentinelEntitlementGateway
    var book: IntentBook

    /// What the last write was answered with.
    private var resource: Entitlement?
    /// When the last read began.
    private var readAt: Date
    /// Attributes that a successful write carried.
    private var writtenAttributes: Set<String> = []
    /// A write that EMS refused; the next turn tells what is true nevertheless.
    private var refusal: EMSRefusal?
    /// A write that EMS answered with a failure, or not at all; the next turn tells whether it took effect.
    private var setback: ApplyFailure?
    private var hasLookedAgain = false

    init(
        _ decision: Decision,
        in context: ApplyContext,
        gateway: SentinelEntitlementGateway,
        intents: any IntentLog
    ) async {
        self.decision = decision
        self.context = context
        self.gateway = gateway
        book = await IntentBook(intents)
        readAt = gateway.now()
    }

    /// Until everything is true, or it can't be now.
    mutating func run() async throws(ApplyFailure) -> Entitlement {
        do throws(ApplyFailure) {
            return try await converge()
        } catch {
            await noteFates()
            throw error
        }
    }

    private mutating func converge() async throws(ApplyFailure) -> Entitlement {
        for _ in 0..<Self.maximumTurns {
            let held = try await read()
            try settleIntents(held)
            if let entitlement = try await turn(held) { return entitlement }
        }
        throw .transient(
            "EMS did not take over what was written to \(decision.subscriptionID) in \(Self.maximumTurns) turns",
            retryAfter: nil
        )
    }

    /// Best effort: an intent that stays open though its call was answered only costs the next attempt the settling
    /// time.
    private mutating func noteFates() async {
        do throws(LedgerFailure) {
            try await book.flush()
        } catch {
            gateway.logger.debug("the fate of an intent could not be written: \(error)")
        }
    }

    // MARK: - Reading

    private mutating func read() async throws(ApplyFailure) -> Entitlement? {
        if let resource {
            self.resource = nil
            return resource
        }
        readAt = gateway.now()
        do throws(GatewayFailure) {
            return try await gateway.entitlement(of: decision.subscriptionID)
        } catch {
            // Whether the write before landed isn't known now; what it said is the better reason to wait.
            if let setback { throw setback }
            throw ApplyFailure(error, missing: decision.changes)
        }
    }

    /// Tells from what was read what became of calls that had no answer.
    private mutating func settleIntents(_ held: Entitlement?) throws(ApplyFailure) {
        for intent in book.open {
            let until = intent.deadline.addingTimeInterval(gateway.configuration.settle.seconds)
            if intent.hasLanded(on: held, decision.changes) {
                book.close(intent, .answered)
                setback = nil
            } else if until > readAt {
                throw .unsettled("\(intent.call) was not answered and may still take effect", until: until)
            } else {
                book.close(intent, .notApplied)
                setback = nil
            }
        }
    }

    // MARK: - One turn

    /// The entitlement when it is as it shall be; `nil` when there is more to be seen.
    private mutating func turn(_ held: Entitlement?) async throws(ApplyFailure) -> Entitlement? {
        guard let held else { return try await turnWithoutEntitlement() }
        let difference = Difference(
            decision.changes,
            on: held,
            intents: book.intents,
            unkept: writtenAttributes
        )
        if case .create(let draft) = decision.plan, !book.intents.contains(where: \.isOwnCreation) {
            return try accept(held, draft, difference)
        }
        if difference.isEmpty {
            warnOfUnkeptAttributes(held)
            return held
        }
        guard difference.conflicting.isEmpty else {
            throw .conflict(observed: difference.observed, applied: difference.applied, missing: difference.missing)
        }
        if let refusal { throw .refused(refusal, applied: difference.applied, missing: difference.missing) }
        if let setback { throw setback }
        switch decision.plan {
        case .create, .update: try await patch(held, difference)
        case .close: try await close()
        }
        return nil
    }

    private mutating func turnWithoutEntitlement() async throws(ApplyFailure) -> Entitlement? {
        guard case .create(let draft) = decision.plan else {
            throw .conflict(observed: ["emsState": .text("absent")], applied: [], missing: decision.changes)
        }
        if let refusal { throw .refused(refusal, applied: [], missing: decision.changes) }
        if let setback { throw setback }
        try await create(draft)
        return nil
    }

    /// An entitlement that this command did not create is as good when it is the same; attributes that it lacks may be
    /// ones that the tenant doesn't have.
    private func accept(
        _ held: Entitlement,
        _ draft: EntitlementDraft,
        _ difference: Difference
    ) throws(ApplyFailure) -> Entitlement {
        let isSameCustomer = held.customer?.fits(draft.customer.key) ?? false
        let isSame = difference.conflicting.isEmpty && difference.pending.allSatisfy(\.isOfAttribute)
        if isSameCustomer, isSame { return held }
        var observed = difference.observed
        for change in difference.pending { observed[change.field.description] = change.base ?? .text("not set") }
        if !isSameCustomer {
            observed["customer"] = .text(held.customer?.externalID ?? held.customer?.name ?? "not set")
        }
        throw .conflict(observed: observed, applied: [], missing: decision.changes)
    }

    // MARK: - Writes

    private mutating func create(_ draft: EntitlementDraft) async throws(ApplyFailure) {
        let partnerID: String?
        do throws(GatewayFailure) {
            try await gateway.registry.ensure(draft.customer, book.log)
            partnerID = try await gateway.partnerID(draft.channelPartner)
        } catch {
            throw ApplyFailure(error, missing: decision.changes)
        }
        let body = EntitlementWriter.creation(draft, of: decision.subscriptionID, partnerID: partnerID)
        let call = EMSCall.post("entitlements", body).commented(by: context)
        let reply = try await send(call, under: "create", effects: Intent.creation)
        take(reply, carrying: Set(draft.attributes.keys))
        // A customer or contact that was there a moment ago may be gone: once, it is looked for again.
        if refusal != nil, !hasLookedAgain, gateway.registry.forget(draft.customer) {
            (refusal, hasLookedAgain) = (nil, true)
        }
    }

    private mutating func patch(_ held: Entitlement, _ difference: Difference) async throws(ApplyFailure) {
        let body = EntitlementWriter.patch(difference, on: held, of: decision.subscriptionID)
        let call = EMSCall.patch(.externalID(decision.subscriptionID.description), body).commented(by: context)
        // Even a PATCH that could be repeated has an intent: one that lands late would overwrite what a later order wrote.
        let reply = try await send(call, under: "patch", effects: Intent.effects(of: difference.pending))
        take(reply, carrying: Set(difference.pending.compactMap(\.attributeName)))
        // An answer without lines is no read-back of an entitlement that has some.
        if resource?.lineItems.isEmpty == true, !held.lineItems.isEmpty { resource = nil }
    }

    private mutating func close() async throws(ApplyFailure) {
        let call = EMSCall.close(.externalID(decision.subscriptionID.description)).commented(by: context)
        // Closing twice closes once, so that it needs no intent; but it must be this worker's command still.
        do throws(LedgerFailure) {
            try await book.log.confirm()
        } catch {
            throw .transient("\(call.title) could not begin: \(error)", retryAfter: nil)
        }
        CrashPoint.writing.reach(context.identity.id)
        let reply = await gateway.client.send(call)
        CrashPoint.written.reach(context.identity.id)
        if case .failed(let reason, let retryAfter) = reply { throw .transient(reason, retryAfter: retryAfter) }
        if case .noAnswer(let reason) = reply { throw .transient(reason, retryAfter: nil) }
        try refuseWhatDidNothing(reply)
        take(reply, carrying: [])
        resource = nil
    }

    /// Makes a call that must not be repeated: its intent is durable first.
    private mutating func send(
        _ call: EMSCall,
        under kind: String,
        effects: [String]
    ) async throws(ApplyFailure) -> EMSReply {
        // Both before the intent is written, so that the written deadline is never before the call's own.
        let deadline = gateway.client.deadline
        let written = gateway.now().addingTimeInterval(gateway.configuration.timeout.seconds)
        let intent: Intent
        do throws(LedgerFailure) {
            intent = try await book.write(kind, call: call, effects: effects, deadline: written)
        } catch {
            throw .transient("the intent of \(call.title) could not be written: \(error)", retryAfter: nil)
        }
        let reply = await gateway.client.send(call, deadline: deadline)
        CrashPoint.written.reach(context.identity.id)
        switch reply {
        case .success, .failed: book.close(intent, .answered)
        case .notFound, .refused, .turnedAway, .notSent: book.close(intent, .notApplied)
        case .noAnswer: break
        }
        try refuseWhatDidNothing(reply)
        return reply
    }

    /// Ends here what certainly had no effect.
    private func refuseWhatDidNothing(_ reply: EMSReply) throws(ApplyFailure) {
        switch reply {
        case .turnedAway(let reason, let retryAfter): throw .transient(reason, retryAfter: retryAfter)
        case .notSent(let reason): throw .transient(reason, retryAfter: nil)
        case .success, .notFound, .refused, .failed, .noAnswer: return
        }
    }

    /// Notes what the next turn needs to know.
    private mutating func take(_ reply: EMSReply, carrying attributes: Set<String>) {
        switch reply {
        case .success(let body):
            writtenAttributes.formUnion(attributes)
            let answered = try? EntitlementReader.read(body)
            if answered?.externalID == decision.subscriptionID.description { resource = answered }
        case .notFound(let refusal), .refused(let refusal): self.refusal = refusal
        case .failed(let reason, let retryAfter): setback = .transient(reason, retryAfter: retryAfter)
        case .noAnswer(let reason):
            let until = (book.open.last?.deadline ?? gateway.now())
                .addingTimeInterval(gateway.configuration.settle.seconds)
            setback = .unsettled(reason, until: until)
        case .turnedAway(let reason, let retryAfter): setback = .transient(reason, retryAfter: retryAfter)
        case .notSent(let reason): setback = .transient(reason, retryAfter: nil)
        }
    }

    /// Our own marks are tolerated to be missing, since a tenant need not have them; of others somebody should know.
    private func warnOfUnkeptAttributes(_ held: Entitlement) {
        let names = gateway.configuration.attributeNames
        let marks = [names.orderType, names.endsWithTerm, names.autoRenew].compactMap(\.self)
        let unkept = writtenAttributes.subtracting(held.attributes.keys).subtracting(marks).sorted()
        guard !unkept.isEmpty else { return }
        gateway.logger.warning(
            "EMS did not keep attributes of \(decision.subscriptionID); does the tenant have them?",
            metadata: ["attributes": .array(unkept.map { .string($0) })]
        )
    }
}

extension Intent {
    /// Whether the entitlement that is there may be its doing.
    fileprivate var isOwnCreation: Bool { creates && fate != .notApplied }
}

extension Change {
    fileprivate var attributeName: String? { if case .attribute(let name) = field { name } else { nil } }
    fileprivate var isOfAttribute: Bool { attributeName != nil }
}

extension Duration {
    fileprivate var seconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
