extension Scene {
    /// create-subscription: enabled from its start, paid.
    func create(_ create: CreateSubscription) throws(Refusal) -> Decision {
        let end = try end(of: create.length, from: create.start)
        return try createEntitlement(create.details, create.lineItems, from: create.start, to: end, .paid)
    }

    /// start-trial: enabled for a number of days, marked as a trial.
    func startTrial(_ trial: StartTrial) throws(Refusal) -> Decision {
        let start = trial.start ?? today
        let end = try end(of: .days(trial.days), from: start)
        return try createEntitlement(trial.details, trial.lineItems, from: start, to: end, .trial)
    }

    private func createEntitlement(
        _ details: NewSubscription,
        _ lines: [NewLineItem],
        from start: LocalDate,
        to end: LocalDate,
        _ kind: Subscription.Kind
    ) throws(Refusal) -> Decision {
        var seen = Set<LineID>()
        for line in lines { try requireNew(line.lineID, isFree: seen.insert(line.lineID).inserted) }
        var attributes = details.attributes
        if let name = policies.attributeNames.orderType { attributes[name] = Subscription.orderType(kind) }
        if let name = policies.attributeNames.autoRenew, let autoRenew = details.autoRenew {
            attributes[name] = String(autoRenew)
        }
        let draft = EntitlementDraft(
            customer: details.customer,
            channelPartner: details.channelPartner,
            term: Entitlement.Term(start: start, end: end),
            lineItems: lines,
            attributes: attributes,
            orderID: command.orderID,
            purchaseOrder: command.purchaseOrder
        )
        return decision(version: lastVersion, kind: kind, endsWithTerm: false, end: end, .create(draft))
    }

    /// The line id is not taken by this command, or by a line that was ever there.
    func requireNew(_ id: LineID, isFree: Bool) throws(Refusal) {
        try require(
            .lineItemNew,
            isFree,
            observed: ["lineId": .text(id.description)],
            required: ["lineId": .text("never used before")],
            else: .lineItemExists,
            "The line item \(id) is there already; a line id is used once in the life of a subscription."
        )
    }
}
