import SubscriptionLifecycle

extension Payload {
    /// The command of that operation, from its `data`.
    func command(_ operation: OrderOperation) throws(SchemaViolation) -> Command {
        switch operation {
        case .createSubscription: try change(.create(create()))
        case .startTrial: try change(.startTrial(startTrial()))
        case .convertTrial: try change(.convert(convert()))
        case .renewSubscription: try change(.renew(renewal()))
        case .renewWithUpsell: try change(.upsell(renewal(), payload("lineItems").lineItemChanges()))
        case .renewWithReducedTier: try change(.reduce(renewal(), payload("lineItems").lineItemChanges()))
        case .cancelSubscription:
            try change(.cancel(word(ifPresent: "effective", CancellationEffect.self) ?? .immediately))
        case .viewEntitlement: .view(try view())
        case .syncEntitlements: .sync(try sync())
        }
    }

    private func change(_ action: ChangeCommand.Action) throws(SchemaViolation) -> Command {
        .change(
            ChangeCommand(
                subscriptionID: try subscriptionID("subscriptionId"),
                orderID: text(ifPresent: "orderId"),
                purchaseOrder: text(ifPresent: "purchaseOrder"),
                requestedBy: text(ifPresent: "requestedBy"),
                reason: text(ifPresent: "reason"),
                expectedVersion: count(ifPresent: "expectedVersion"),
                action: action
            )
        )
    }

    private func create() throws(SchemaViolation) -> CreateSubscription {
        let term = try payload("term")
        return CreateSubscription(
            details: try newSubscription(),
            start: try term.date("start"),
            length: try term.length(),
            lineItems: try newLineItems("lineItems")
        )
    }

    private func startTrial() throws(SchemaViolation) -> StartTrial {
        let trial = try payload("trial")
        return StartTrial(
            details: try newSubscription(),
            start: try trial.date(ifPresent: "start"),
            days: try trial.count("days"),
            lineItems: try newLineItems("lineItems")
        )
    }

    private func convert() throws(SchemaViolation) -> ConvertTrial {
        let term = try payload("term")
        return ConvertTrial(
            start: try term.date(ifPresent: "start"),
            length: try term.length(),
            lineItems: try payload(ifPresent: "lineItems")?.lineItemChanges() ?? LineItemChanges()
        )
    }

    private func renewal() throws(SchemaViolation) -> Renewal {
        let term = try payload("term")
        return Renewal(
            length: try term.length(),
            base: try term.word(ifPresent: "from", Renewal.Base.self) ?? .expiry
        )
    }

    private func view() throws(SchemaViolation) -> ViewEntitlement {
        let key: ViewEntitlement.Key =
            if let id = text(ifPresent: "entitlementId") { .entitlement(id) } else {
                .subscription(try subscriptionID("subscriptionId"))
            }
        return ViewEntitlement(key: key, includesConsumption: includesConsumption)
    }

    private func sync() throws(SchemaViolation) -> SyncEntitlements {
        guard let filter = payload(ifPresent: "filter") else {
            return SyncEntitlements(includesConsumption: includesConsumption)
        }
        return SyncEntitlements(
            customer: try filter.payload(ifPresent: "customer")?.customerKey(),
            modifiedSince: try filter.date(ifPresent: "modifiedSince"),
            states: Set(filter.texts(ifPresent: "states").compactMap(SubscriptionState.init(rawValue:))),
            subscriptionIDs: filter.texts(ifPresent: "subscriptionIds").compactMap { SubscriptionID($0) },
            includesConsumption: includesConsumption
        )
    }

    private var includesConsumption: Bool { texts(ifPresent: "include").contains("consumption") }
}
