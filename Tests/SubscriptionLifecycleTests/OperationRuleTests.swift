import SubscriptionLifecycle
import Testing

@Suite("Create and trial")
struct CreateRuleTests {
    private func create(_ length: TermLength, start: String = "2026-01-31", lines: [NewLineItem] = [newLine("1")])
        -> Verdict
    {
        decide(
            .create(CreateSubscription(details: details, start: day(start), length: length, lineItems: lines)),
            on: nil
        )
    }

    @Test(
        "The last day is start + months − 1 day, or start + days − 1, or what was said",
        arguments: [
            (TermLength.months(12), "2027-01-30"), (.months(1), "2026-02-27"), (.days(1), "2026-01-31"),
            (.days(30), "2026-03-01"), (.until(day("2026-01-31")), "2026-01-31"),
        ]
    )
    func end(length: TermLength, end: String) {
        guard case .create(let draft) = create(length).decision?.plan else {
            Issue.record("no entitlement would be created")
            return
        }
        #expect(draft.term == .init(start: day("2026-01-31"), end: day(end)))
    }

    @Test("An end before the start, or outside the calendar, is term-invalid")
    func invalidTerm() {
        #expect(create(.until(day("2026-01-30"))).code == .termInvalid)
        #expect(create(.days(1), start: "9999-12-31").decision != nil)
        #expect(create(.days(2), start: "9999-12-31").code == .termInvalid)
    }

    @Test("A line id twice is refused")
    func lineTwice() {
        #expect(create(.months(1), lines: [newLine("1"), newLine("1")]).code == .lineItemExists)
    }

    @Test("Marks and references go into the draft")
    func draft() {
        var command = command(
            .create(
                CreateSubscription(
                    details: NewSubscription(
                        customer: CustomerReference(key: .externalID("C-1")),
                        attributes: ["Region": "EU"],
                        autoRenew: true
                    ),
                    start: today,
                    length: .months(1),
                    lineItems: [newLine("1")]
                )
            )
        )
        command.orderID = "SO-1"
        command.purchaseOrder = "PO-1"
        let verdict = Lifecycle().decide(command, on: Snapshot(subscription: nil), today: today, patience: .left)
        guard case .create(let draft) = verdict.decision?.plan else {
            Issue.record("no entitlement would be created")
            return
        }
        #expect(draft.attributes == ["Region": "EU", "Order Type": "Subscription", "Auto Renew": "true"])
        #expect(draft.orderID == "SO-1")
        #expect(draft.purchaseOrder == "PO-1")
        #expect(verdict.decision?.baseVersion == 0)
    }

    @Test("A trial starts today unless said, lasts its days, and is marked")
    func trial() {
        let verdict = decide(
            .startTrial(StartTrial(details: details, start: nil, days: 14, lineItems: [newLine("1")])),
            on: nil
        )
        guard case .create(let draft) = verdict.decision?.plan else {
            Issue.record("no entitlement would be created")
            return
        }
        #expect(draft.term == .init(start: today, end: day("2026-06-28")))
        #expect(draft.attributes["Order Type"] == "Trial")
        #expect(verdict.decision?.kind == .trial)
    }

    @Test("What the look-ups did not find is refused last")
    func findings() {
        let create = ChangeCommand.Action.create(
            CreateSubscription(details: details, start: today, length: .months(1), lineItems: [newLine("1")])
        )
        func code(_ findings: Findings) -> RejectionCode? { decide(create, on: nil, findings: findings).code }
        #expect(code(Findings(products: [.externalID("GC3041"): .missing])) == .productNotFound)
        #expect(code(Findings(products: [.externalID("GC3041"): .notEnabled(state: "DRAFT")])) == .productNotEnabled)
        #expect(code(Findings(customer: .missing(because: "no"))) == .customerNotFound)
        #expect(code(Findings(channelPartner: .missing(because: "no"))) == .channelPartnerNotFound)
        #expect(code(Findings(products: [.externalID("GC3041"): .enabled], customer: .willBeCreated)) == nil)
        let ended = decide(
            .create(
                CreateSubscription(
                    details: details,
                    start: today,
                    length: .until(day("2020-01-01")),
                    lineItems: [newLine("1")]
                )
            ),
            on: nil,
            findings: Findings(customer: .missing(because: "no"))
        )
        #expect(ended.code == .termInvalid)
    }
}

@Suite("Convert")
struct ConvertRuleTests {
    @Test("Dates go to the header and every enabled line, the mark turns to paid")
    func dates() {
        let trial = subscription(
            kind: .trial,
            end: "2026-06-20",
            lines: [line("1", end: "2026-06-20"), line("2", state: .disabled)],
            attributes: ["Order Type": "Trial"]
        )
        let verdict = decide(.convert(ConvertTrial(start: nil, length: .months(12))), on: trial)
        #expect(
            verdict.changes == [
                "term.start: 2026-01-01 → 2026-06-15", "term.end: 2026-06-20 → 2027-06-14",
                "lineItems.1.term.start: 2026-01-01 → 2026-06-15", "lineItems.1.term.end: 2026-06-20 → 2027-06-14",
                "attributes.Order Type: Trial → Subscription",
            ]
        )
        #expect(verdict.decision?.kind == .paid)
    }

    @Test("Lines can be added, removed and changed, but one must stay")
    func lines() {
        let trial = subscription(kind: .trial)
        func convert(_ changes: LineItemChanges) -> Verdict {
            decide(.convert(ConvertTrial(start: nil, length: .months(12), lineItems: changes)), on: trial)
        }
        let all: [LineID] = [LineID(foreign: "1"), LineID(foreign: "2")]
        #expect(convert(LineItemChanges(remove: all)).code == .noLineItemsLeft)
        #expect(convert(LineItemChanges(add: [newLine("3")], remove: all)).decision != nil)
        #expect(convert(LineItemChanges(add: [newLine("1")])).code == .lineItemExists)
        #expect(convert(LineItemChanges(remove: [LineID(foreign: "9")])).code == .lineItemNotFound)
        #expect(
            convert(LineItemChanges(change: [.init(lineID: LineID(foreign: "9"), quantity: 1)])).code
                == .lineItemNotFound
        )
        let mixed = convert(LineItemChanges(change: [.init(lineID: LineID(foreign: "1"), quantity: 3)]))
        #expect(mixed.changes.contains("lineItems.1.quantity: 10 → 3"))
    }
}

@Suite("Renewals")
struct RenewRuleTests {
    private func end(_ renewal: Renewal, oldEnd: String?) -> String? {
        decide(.renew(renewal), on: subscription(end: oldEnd)).changes.first { $0.hasPrefix("term.end") }
    }

    @Test("Counted from the old end, early or late; the end of a month stays one")
    func fromExpiry() {
        #expect(end(Renewal(length: .months(12)), oldEnd: "2026-12-31") == "term.end: 2026-12-31 → 2027-12-31")
        #expect(end(Renewal(length: .months(1)), oldEnd: "2027-02-28") == "term.end: 2027-02-28 → 2027-03-31")
        #expect(end(Renewal(length: .months(1)), oldEnd: "2027-01-31") == "term.end: 2027-01-31 → 2027-02-28")
        #expect(end(Renewal(length: .days(7)), oldEnd: "2026-06-10") == "term.end: 2026-06-10 → 2026-06-17")
    }

    @Test("Counted from today only when expired and asked for")
    func todayIfExpired() {
        let renewal = Renewal(length: .months(1), base: .todayIfExpired)
        #expect(end(renewal, oldEnd: "2026-06-14") == "term.end: 2026-06-14 → 2026-07-14")
        #expect(end(renewal, oldEnd: "2026-06-15") == "term.end: 2026-06-15 → 2026-07-15")
    }

    @Test("An end that is not later is refused; so is extending what never ends")
    func notExtended() {
        func code(_ until: String, oldEnd: String?) -> RejectionCode? {
            decide(.renew(Renewal(length: .until(day(until)))), on: subscription(end: oldEnd)).code
        }
        #expect(code("2026-12-31", oldEnd: "2026-12-31") == .termNotExtended)
        #expect(code("2026-12-30", oldEnd: "2026-12-31") == .termNotExtended)
        #expect(code("2027-01-01", oldEnd: nil) == .termNotExtended)
        #expect(code("2027-01-01", oldEnd: "2026-12-31") == nil)
    }

    @Test("An upsell raises, a reduced tier lowers, within what is activated")
    func quantities() {
        let now = subscription(lines: [line("1", quantity: 10, available: 4), line("2")])
        func upsell(_ quantity: Int) -> Verdict {
            let change = LineItemChanges(change: [.init(lineID: LineID(foreign: "1"), quantity: quantity)])
            return decide(.upsell(Renewal(length: .months(1)), change), on: now)
        }
        func reduce(_ quantity: Int) -> Verdict {
            let change = LineItemChanges(change: [.init(lineID: LineID(foreign: "1"), quantity: quantity)])
            return decide(.reduce(Renewal(length: .months(1)), change), on: now)
        }
        #expect(upsell(10).code == .lineItemNotIncreased)
        #expect(upsell(11).changes.contains("lineItems.1.quantity: 10 → 11"))
        #expect(reduce(10).code == .lineItemNotReduced)
        #expect(reduce(5).code == .quantityBelowActivated)
        #expect(reduce(6).changes.contains("lineItems.1.quantity: 10 → 6"))
        let twice = LineItemChanges(change: [
            .init(lineID: LineID(foreign: "1"), quantity: 11), .init(lineID: LineID(foreign: "1"), quantity: 12),
        ])
        #expect(decide(.upsell(Renewal(length: .months(1)), twice), on: now).code == .lineItemExists)
    }

    @Test("A removed line keeps its dates and is disabled; the others get the new end")
    func reducedTier() {
        let verdict = decide(
            .reduce(Renewal(length: .months(12)), LineItemChanges(remove: [LineID(foreign: "2")])),
            on: subscription()
        )
        #expect(
            verdict.changes == [
                "term.end: 2026-12-31 → 2027-12-31", "lineItems.1.term.end: 2026-12-31 → 2027-12-31",
                "lineItems.2.emsState: ENABLE → DISABLE",
            ]
        )
    }

    @Test("A line that is named twice in a command is refused, and not called missing")
    func lineNamedTwice() {
        let second = LineID(foreign: "2")
        let change = LineItemChanges.Quantity(lineID: second, quantity: 1)
        for changes in [
            LineItemChanges(remove: [second, second]), LineItemChanges(remove: [second], change: [change]),
        ] {
            #expect(decide(.reduce(Renewal(length: .months(1)), changes), on: subscription()).code == .lineItemExists)
        }
    }

    @Test("A line that an upsell adds is in force from today to the new end")
    func addedLine() {
        let verdict = decide(
            .upsell(Renewal(length: .months(12)), LineItemChanges(add: [newLine("3", quantity: 2)])),
            on: subscription()
        )
        #expect(verdict.changes.last == "lineItems.3: – → 2 × externalId GC3041, 2026-06-15 to 2027-12-31")
    }

    @Test("A line id of a removed line is never free again")
    func lineIDsForEver() {
        let now = subscription(lines: [line("1"), line("2", state: .closed)])
        #expect(
            decide(.upsell(Renewal(length: .months(1)), LineItemChanges(add: [newLine("2")])), on: now).code
                == .lineItemExists
        )
    }
}

@Suite("Cancel")
struct CancelRuleTests {
    @Test(
        "A mark keeps the subscription, twice changes nothing, and can be withdrawn",
        arguments: [SubscriptionState.active, .trial]
    )
    func endOfTerm(state: SubscriptionState) {
        let marked = decide(.cancel(.endOfTerm), on: subscription(in: state))
        #expect(marked.changes == ["attributes.Ends With Term: – → true"])
        #expect(marked.decision?.state == state)
        #expect(marked.decision?.endsWithTerm == true)
        let again = decide(.cancel(.endOfTerm), on: subscription(in: state, endsWithTerm: true))
        #expect(again.decision?.changes == [])
        let withdrawn = decide(.cancel(.withdraw), on: subscription(in: state, endsWithTerm: true))
        #expect(withdrawn.decision?.endsWithTerm == false)
        #expect(decide(.cancel(.withdraw), on: subscription(in: state)).code == .noCancellationScheduled)
    }

    @Test("What has ended already is closed at once", arguments: [SubscriptionState.trialExpired, .lapsed, .suspended])
    func closesAtOnce(state: SubscriptionState) {
        #expect(decide(.cancel(.endOfTerm), on: subscription(in: state)).decision?.state == .cancelled)
        #expect(decide(.cancel(.withdraw), on: subscription(in: state)).code == .noCancellationScheduled)
    }

    @Test(
        "A mark that can't be taken away any more, or not yet, is refused for the state and never called missing",
        arguments: [
            (SubscriptionState.trialExpired, RejectionCode.trialExpired), (.lapsed, .subscriptionLapsed),
            (.suspended, .subscriptionSuspended),
        ]
    )
    func keptMark(state: SubscriptionState, code: RejectionCode) {
        let verdict = decide(.cancel(.withdraw), on: subscription(in: state, endsWithTerm: true))
        #expect(verdict.code == code)
        guard case .rejected(let rejection) = verdict else { return }
        #expect(rejection.observed == ["state": .text(state.rawValue), "endsWithTerm": .flag(true)])
        #expect(rejection.required == ["state": .text("trial or active"), "endsWithTerm": .flag(true)])
        #expect(!rejection.message.contains("renewed") && !rejection.message.contains("converted"))
    }

    @Test("Without an attribute for the mark nothing is written, and the ledger keeps it")
    func unsupportedMark() {
        let policies = LifecyclePolicies(attributeNames: .init(orderType: nil, endsWithTerm: nil, autoRenew: nil))
        let verdict = decide(.cancel(.endOfTerm), on: subscription(), policies: policies)
        #expect(verdict.decision?.changes == [])
        #expect(verdict.decision?.endsWithTerm == true)
    }
}

@Suite("Adoption")
struct AdoptionTests {
    private let entitlement = subscription(attributes: [:]).entitlement

    @Test("What nobody knows is paid, at version 1")
    func unknown() {
        let adopted = Subscription(entitlement: entitlement, known: nil, attributeNames: .init())
        #expect(adopted.version == 1)
        #expect(adopted.kind == .paid)
        #expect(!adopted.endsWithTerm)
    }

    @Test("A mark in EMS counts before the ledger's memory, an empty one doesn't")
    func marks() {
        var marked = entitlement
        marked.attributes = ["Order Type": "trial", "Ends With Term": ""]
        let adopted = Subscription(entitlement: marked, known: (4, .paid, true), attributeNames: .init())
        #expect(adopted.version == 4)
        #expect(adopted.kind == .trial)
        #expect(adopted.endsWithTerm)
    }
}
