import SubscriptionLifecycle

/// Says whether a command is legal, from the lifecycle's table alone; what it then does is for ``ModelEntitlement``.
struct Referee: Sendable {
    /// Products that can be ordered.
    static let enabledProducts = ["GC3040", "GC3041", "GC3042"]
    /// One that isn't enabled.
    static let draftProduct = "GC3090"
    /// One that doesn't exist.
    static let unknownProduct = "GC9999"
    /// A customer that no command tells enough of to be created.
    static let unknownCustomer = "CUST-NOBODY"

    let today: LocalDate
    private let lifecycle = Lifecycle()

    init(today: LocalDate) { self.today = today }

    /// The rejection's code, or `nil` when the command is legal on what the model holds at that version.
    func refusal(of command: ChangeCommand, on held: ModelEntitlement?, version: Int) -> RejectionCode? {
        let snapshot = Snapshot(
            subscription: held?.subscription(command.subscriptionID, version: version),
            lastVersion: version,
            findings: findings(for: command)
        )
        switch lifecycle.decide(command, on: snapshot, today: today, patience: .exhausted) {
        case .change: return nil
        case .rejected(let rejection): return rejection.code
        case .premature: return .subscriptionNotFound
        }
    }

    private func findings(for command: ChangeCommand) -> Findings {
        var findings = Findings()
        for line in command.addedLines {
            guard case .externalID(let id) = line.product else { continue }
            findings.products[line.product] =
                if id == Self.unknownProduct { .missing } else if id == Self.draftProduct {
                    .notEnabled(state: "DRAFT")
                } else { .enabled }
        }
        if command.customer == Self.unknownCustomer { findings.customer = .missing(because: "nobody") }
        return findings
    }
}

extension ChangeCommand {
    /// The external id of the customer that it names.
    var customer: String? {
        let details: NewSubscription? =
            switch action {
            case .create(let create): create.details
            case .startTrial(let trial): trial.details
            case .convert, .renew, .upsell, .reduce, .cancel: nil
            }
        guard case .externalID(let id) = details?.customer.key else { return nil }
        return id
    }
}

extension ModelEntitlement {
    /// As the lifecycle sees it.
    fileprivate func subscription(_ id: SubscriptionID, version: Int) -> Subscription {
        Subscription(
            version: version,
            kind: isTrial ? .trial : .paid,
            endsWithTerm: endsWithTerm,
            entitlement: Entitlement(
                entitlementID: "model",
                externalID: id.description,
                state: state,
                term: .init(start: start, end: end),
                orderID: orderID,
                purchaseOrder: purchaseOrder,
                lineItems: lines.sorted { $0.key < $1.key }.map { id, line in
                    Entitlement.LineItem(
                        lineID: LineID(foreign: id),
                        productKeyID: id,
                        product: .init(externalID: line.product),
                        quantity: line.quantity,
                        available: line.quantity,
                        state: line.isEnabled ? .enabled : .disabled,
                        term: .init(start: line.start, end: line.end)
                    )
                },
                attributes: attributes
            )
        )
    }
}
