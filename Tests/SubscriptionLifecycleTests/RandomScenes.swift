import SubscriptionLifecycle

/// Commands as a publisher may send them, on subscriptions as EMS may hold them, drawn by a seed.
struct RandomScenes {
    private var numbers: Numbers

    init(seed: UInt64) { numbers = Numbers(state: seed) }

    /// What the rules say to a random command of that operation; `nil` for a read.
    mutating func decide(_ operation: OrderOperation) -> Verdict? { examine(operation)?.verdict }

    /// The same, with the checks that were looked at.
    mutating func examine(_ operation: OrderOperation) -> Examination? {
        guard let action = action(operation) else { return nil }
        let command = SubscriptionLifecycleTests.command(
            action,
            expectedVersion: chance(40) ? pick([0, 1, 2, 3, 4]) : nil
        )
        let subscription = chance(80) ? subscription() : nil
        let snapshot = Snapshot(
            subscription: subscription,
            lastVersion: subscription?.version ?? 0,
            findings: findings(of: command)
        )
        return Lifecycle().examine(command, on: snapshot, today: today, patience: chance(70) ? .exhausted : .left)
    }

    private mutating func subscription() -> Subscription {
        let state = pick([Entitlement.State.enabled, .enabled, .enabled, .disabled, .draft, .closed])
        let days = ["2025-01-01", "2026-05-15", "2026-06-14", "2026-06-15", "2026-12-31", "9999-10-31"]
        let end: String? = chance(90) ? pick(days) : nil
        let isOver = chance(15)
        let lines = ["1", "2"].filter { _ in chance(80) }.map { id in
            // EMS may have more activated than the total.
            line(id, quantity: 10, available: pick([-12, 0, 4, 10]), state: isOver ? .disabled : .enabled, end: end)
        }
        return SubscriptionLifecycleTests.subscription(
            kind: pick([.trial, .paid]),
            emsState: state,
            end: end,
            endsWithTerm: chance(20),
            lines: lines
        )
    }

    private mutating func action(_ operation: OrderOperation) -> ChangeCommand.Action? {
        switch operation {
        case .createSubscription:
            .create(
                CreateSubscription(
                    details: someDetails(),
                    start: start() ?? today,
                    length: length(),
                    lineItems: newLines(1)
                )
            )
        case .startTrial:
            .startTrial(
                StartTrial(details: someDetails(), start: start(), days: pick([1, 30, 3650]), lineItems: newLines(1))
            )
        case .convertTrial:
            .convert(
                ConvertTrial(
                    start: start(),
                    length: length(),
                    lineItems: LineItemChanges(add: newLines(0), remove: removed(), change: changed())
                )
            )
        case .renewSubscription: .renew(renewal())
        case .renewWithUpsell: .upsell(renewal(), more())
        case .renewWithReducedTier: .reduce(renewal(), less())
        case .cancelSubscription: .cancel(pick(CancellationEffect.allCases))
        case .viewEntitlement, .syncEntitlements: nil
        }
    }

    private mutating func someDetails() -> NewSubscription {
        NewSubscription(
            customer: CustomerReference(key: .externalID("C-1")),
            channelPartner: chance(50) ? .identifier("P-1") : nil
        )
    }

    private mutating func start() -> LocalDate? {
        chance(50) ? day(pick(["2026-01-01", "2026-07-01", "9999-12-01"])) : nil
    }

    private mutating func length() -> TermLength {
        pick([.until(day("2026-06-01")), .until(day("2027-06-30")), .months(12), .months(1200), .days(36500)])
    }

    private mutating func renewal() -> Renewal { Renewal(length: length(), base: pick(Renewal.Base.allCases)) }

    // What the schemas let through: an upsell or a reduced tier names at least one line.

    private mutating func more() -> LineItemChanges {
        let changes = LineItemChanges(add: newLines(0), change: changed())
        return changes.add.isEmpty && changes.change.isEmpty ? LineItemChanges(add: newLines(1)) : changes
    }

    private mutating func less() -> LineItemChanges {
        let changes = LineItemChanges(remove: removed(), change: changed())
        return changes.remove.isEmpty && changes.change.isEmpty
            ? LineItemChanges(remove: [LineID(foreign: "1")]) : changes
    }

    private mutating func newLines(_ atLeast: Int) -> [NewLineItem] {
        (0..<(atLeast + pick([0, 0, 1, 2]))).map { _ in newLine(pick(["1", "3", "4", "5"]), product: pick(["A", "B"])) }
    }

    private mutating func removed() -> [LineID] {
        (0..<pick([0, 0, 1, 2])).map { _ in LineID(foreign: pick(["1", "2", "9"])) }
    }

    private mutating func changed() -> [LineItemChanges.Quantity] {
        (0..<pick([0, 1, 1, 2])).map { _ in
            .init(lineID: LineID(foreign: pick(["1", "2", "9"])), quantity: pick([1, 8, 10, 11, 20]))
        }
    }

    /// EMS is asked only for what the command names.
    private mutating func findings(of command: ChangeCommand) -> Findings {
        let parties: [Findings.PartyFinding] = [.found, .found, .found, .willBeCreated, .missing(because: "test")]
        let products: [Findings.ProductFinding] = [.enabled, .enabled, .enabled, .notEnabled(state: "DRAFT"), .missing]
        var findings = Findings()
        for line in command.addedLines { findings.products[line.product] = pick(products) }
        guard command.creates else { return findings }
        findings.customer = pick(parties)
        findings.channelPartner = pick(parties)
        return findings
    }

    private mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &numbers) < percent }

    private mutating func pick<Value>(_ values: [Value]) -> Value {
        values[Int.random(in: 0..<values.count, using: &numbers)]
    }
}

/// SplitMix64.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
