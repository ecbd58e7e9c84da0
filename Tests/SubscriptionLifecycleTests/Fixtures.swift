import SubscriptionLifecycle

/// The day on which everything in these tests happens.
let today = day("2026-06-15")

func day(_ text: String) -> LocalDate { LocalDate(text) ?? .epoch }

func line(
    _ id: String,
    quantity: Int = 10,
    available: Int? = nil,
    state: Entitlement.State = .enabled,
    end: String? = "2026-12-31"
) -> Entitlement.LineItem {
    Entitlement.LineItem(
        lineID: LineID(foreign: id),
        productKeyID: "pk-\(id)",
        product: .init(externalID: "GC3040"),
        quantity: quantity,
        available: available ?? quantity,
        state: state,
        term: .init(start: day("2026-01-01"), end: end.map(day))
    )
}

func subscription(
    kind: Subscription.Kind = .paid,
    emsState: Entitlement.State = .enabled,
    end: String? = "2026-12-31",
    version: Int = 3,
    endsWithTerm: Bool = false,
    lines: [Entitlement.LineItem] = [line("1"), line("2", quantity: 5)],
    attributes: [String: String] = [:]
) -> Subscription {
    Subscription(
        version: version,
        kind: kind,
        endsWithTerm: endsWithTerm,
        entitlement: Entitlement(
            entitlementID: "e-1",
            externalID: "SUB-1",
            state: emsState,
            term: .init(start: day("2026-01-01"), end: end.map(day)),
            lineItems: lines,
            attributes: attributes
        )
    )
}

/// A subscription that is in that state on the day of the tests.
func subscription(in state: SubscriptionState, endsWithTerm: Bool = false) -> Subscription? {
    switch state {
    case .absent: nil
    case .trial: subscription(kind: .trial, end: "2026-06-15", endsWithTerm: endsWithTerm)
    case .trialExpired: subscription(kind: .trial, end: "2026-06-14", endsWithTerm: endsWithTerm)
    case .active: subscription(end: "2026-06-15", endsWithTerm: endsWithTerm)
    case .lapsed: subscription(end: "2026-06-14", endsWithTerm: endsWithTerm)
    case .suspended: subscription(emsState: .disabled, endsWithTerm: endsWithTerm)
    case .cancelled: subscription(emsState: .closed, endsWithTerm: endsWithTerm)
    }
}

func newLine(_ id: String, quantity: Int = 1, product: String = "GC3041") -> NewLineItem {
    NewLineItem(lineID: LineID(foreign: id), product: .externalID(product), quantity: quantity)
}

let details = NewSubscription(customer: CustomerReference(key: .externalID("C-1")))

func action(_ operation: OrderOperation) -> ChangeCommand.Action? {
    let year = TermLength.months(12)
    return switch operation {
    case .createSubscription:
        .create(CreateSubscription(details: details, start: today, length: year, lineItems: [newLine("1")]))
    case .startTrial: .startTrial(StartTrial(details: details, start: nil, days: 14, lineItems: [newLine("1")]))
    case .convertTrial: .convert(ConvertTrial(start: nil, length: year))
    case .renewSubscription: .renew(Renewal(length: year))
    case .renewWithUpsell: .upsell(Renewal(length: year), LineItemChanges(add: [newLine("3")]))
    case .renewWithReducedTier: .reduce(Renewal(length: year), LineItemChanges(remove: [LineID(foreign: "2")]))
    case .cancelSubscription: .cancel(.immediately)
    case .viewEntitlement, .syncEntitlements: nil
    }
}

func command(_ action: ChangeCommand.Action, expectedVersion: Int? = nil) -> ChangeCommand {
    ChangeCommand(
        subscriptionID: SubscriptionID("SUB-1").unsafelyKnown,
        expectedVersion: expectedVersion,
        action: action
    )
}

extension Optional {
    /// For values that a test writes down itself.
    var unsafelyKnown: Wrapped {
        guard let self else { fatalError("the test's own value is wrong") }
        return self
    }
}

func decide(
    _ action: ChangeCommand.Action,
    on subscription: Subscription?,
    expectedVersion: Int? = nil,
    patience: Patience = .exhausted,
    findings: Findings = Findings(),
    policies: LifecyclePolicies = LifecyclePolicies(),
    today day: LocalDate = today
) -> Verdict {
    Lifecycle(policies: policies).decide(
        command(action, expectedVersion: expectedVersion),
        on: Snapshot(subscription: subscription, findings: findings),
        today: day,
        patience: patience
    )
}

extension Verdict {
    var decision: Decision? {
        if case .change(let decision) = self { decision } else { nil }
    }

    var code: RejectionCode? {
        if case .rejected(let rejection) = self { rejection.code } else { nil }
    }

    var changes: [String] {
        (decision?.changes ?? []).map { "\($0.field): \($0.base.text) → \($0.target.text)" }
    }
}

extension Fact? {
    var text: String {
        switch self {
        case nil: "–"
        case .text(let text): text
        case .count(let number): String(number)
        case .flag(let flag): String(flag)
        case .date(let date): date.description
        case .line(let draft):
            "\(draft.item.quantity) × \(draft.item.product), \(draft.term.start.text) to \(draft.term.end.text)"
        }
    }
}

extension LocalDate? {
    var text: String { map(\.description) ?? "–" }
}
