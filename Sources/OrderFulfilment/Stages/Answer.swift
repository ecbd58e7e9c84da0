import AMQP
import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle

extension Line {
    /// Reads and dry runs: no claim, no lane, no wait; a redelivery reads again.
    func answer(_ order: Order, _ arrival: Arrival) async throws(Failure) -> Disposition {
        // What is paused comes again, and waits.
        guard !drain.hasBegun, !pauses.isPaused(order.operation) else { throw .shutdown(nil) }
        if let verdict = AloneRun.current?.verdict { throw .poison(verdict) }
        await arrival.place?.leave()
        switch order.command {
        case .change(let command): try await preview(command, order)
        case .view(let view): try await self.view(view, order)
        case .sync(let sync): try await self.sync(sync, order)
        }
        return .acknowledge(.outcome)
    }

    private func preview(_ command: ChangeCommand, _ order: Order) async throws(Failure) {
        let known = try await known(command.subscriptionID, order)
        let snapshot = try await callingEMS(order, nil) { () throws(GatewayFailure) in
            try await gateway.previewSnapshot(
                for: command,
                known: known,
                attributeNames: lifecycle.policies.attributeNames
            )
        }
        // A preview doesn't wait: it tells what would be the verdict if nothing else came.
        let preview = Preview(
            of: command,
            in: ApplyContext(command, identity: order.envelope.identity),
            on: snapshot,
            today: timekeeper.today(),
            patience: .exhausted,
            lifecycle: lifecycle,
            planner: gateway
        )
        let guards = preview.examination.checks
        switch (preview.examination.verdict, preview.after) {
        case (.change(let decision), let after?):
            let content = OutcomeEvent.Content.previewed(
                after,
                changes: decision.changes,
                calls: preview.calls,
                guards: guards
            )
            try await reply(event(.previewed, content, for: order), to: order)
        case (.rejected(let rejection), _):
            let content = OutcomeEvent.Content.previewRejected(
                rejection,
                from: preview.state,
                preview.before,
                guards: guards
            )
            try await reply(event(.previewed, content, for: order), to: order)
        // Patience is exhausted, so nothing is premature; a preview that says nothing would be worse than one too many.
        case (.premature, _), (.change, nil): throw .rejected(Refused.notFound(order))
        }
    }

    private func view(_ view: ViewEntitlement, _ order: Order) async throws(Failure) {
        let entitlement = try await callingEMS(order, nil) { () throws(GatewayFailure) in
            switch view.key {
            case .subscription(let id): try await gateway.entitlement(of: id)
            case .entitlement(let id): try await gateway.entitlement(withID: id)
            }
        }
        guard let entitlement else { throw .rejected(Refused.notFound(order)) }
        var standing = try await standing(of: entitlement, order)
        if view.includesConsumption {
            standing.activations = try await callingEMS(order, nil) { () throws(GatewayFailure) in
                try await gateway.activations(of: entitlement.entitlementID)
            }
        }
        try await reply(event(.succeeded, .viewed(standing), for: order), to: order)
    }

    private func sync(_ sync: SyncEntitlements, _ order: Order) async throws(Failure) {
        let started = timekeeper.today()
        let filter = EntitlementFilter(
            customer: sync.customer,
            modifiedSince: sync.modifiedSince,
            subscriptionIDs: sync.subscriptionIDs
        )
        let count = try await retrying(order, nil, .lookUp) { () throws(Attempt) in
            let counted = Counted()
            do {
                try await gateway.search(filter) { page in
                    // EMS answers: nobody else must wait until a long sync is through.
                    gate.succeeded()
                    await AloneRun.current?.end()
                    try checkDuration()
                    // While its events are confirmed others may call EMS.
                    try await gate.aside {
                        for entitlement in page {
                            await giveWay()
                            if try await announce(entitlement, of: sync, order) { await counted.add() }
                        }
                    }
                }
            } catch {
                if let failure = error as? Failure { throw .final(failure) }
                if let failure = error as? GatewayFailure { throw attempt(failure, order, nil) }
                throw .transient("the sync stopped: \(error)", retryAfter: nil)
            }
            return await counted.count
        }
        // The gateway's search overlaps by a day, since dates are all that EMS filters by.
        let content = OutcomeEvent.Content.synced(count: count, modifiedSince: started)
        try await reply(event(.succeeded, content, for: order), to: order)
    }

    /// Ends a sync that would be given back soon, and begin again from its start, for ever.
    private func checkDuration() throws(Failure) {
        guard let since = Custody.since, timekeeper.uptime() - since >= settings.longestSync else { return }
        throw .transient(
            "the sync isn't through after \(Int(settings.longestSync)) s: narrow it with filter.customer, "
                + "filter.modifiedSince or filter.subscriptionIds, or raise CONSUMER_TIMEOUT here and at the broker",
            retryAfter: nil,
            nil,
            .lookUp
        )
    }

    /// One entitlement of a sync; answers whether it was wanted.
    private func announce(
        _ entitlement: Entitlement,
        of sync: SyncEntitlements,
        _ order: Order
    ) async throws -> Bool {
        var standing = try await standing(of: entitlement, order)
        guard sync.states.isEmpty || sync.states.contains(standing.state) else { return false }
        if sync.includesConsumption {
            // Not through the gate, which this sync has passed already.
            standing.activations = try await gateway.activations(of: entitlement.entitlementID)
        }
        try await reply(event(item: standing, of: entitlement, for: order), to: order)
        return true
    }

    private func standing(of entitlement: Entitlement, _ order: Order) async throws(Failure) -> OutcomeEvent.Standing {
        let known: KnownSubscription? =
            if let id = SubscriptionID(entitlement.externalID) { try await known(id, order) } else { nil }
        let subscription = Subscription(
            entitlement: entitlement,
            known: known,
            attributeNames: lifecycle.policies.attributeNames
        )
        return OutcomeEvent.Standing(subscription, on: timekeeper.today())
    }

    private func known(_ id: SubscriptionID, _ order: Order) async throws(Failure) -> KnownSubscription? {
        do { return try await ledger.subscription(id) } catch { throw Failure(error, order.envelope.identity) }
    }
}

private actor Counted {
    private(set) var count = 0
    func add() { count += 1 }
}

extension Refused {
    /// A read of what is not there.
    static func notFound(_ order: Order) -> Refused {
        Refused(
            order: order,
            grant: nil,
            rejection: Rejection(.entitlementNotFound, "EMS has no such entitlement."),
            state: .absent,
            subscription: nil
        )
    }
}

extension OutcomeEvent.Standing {
    /// How a subscription stands on a day, as a read tells it.
    init(_ subscription: Subscription, on today: LocalDate) {
        self.init(
            version: subscription.version,
            state: subscription.state(on: today),
            endsWithTerm: subscription.endsWithTerm,
            entitlement: subscription.entitlement
        )
    }
}
