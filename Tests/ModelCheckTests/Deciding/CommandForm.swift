import SubscriptionLifecycle

/// A command with data that passes every check, or fails the ones that it is to fail.
enum CommandForm: CaseIterable {
    case create
    case startTrial
    case convert
    case renew
    case upsell
    case reduce
    case cancelNow
    case cancelAtEnd
    case withdraw

    var operation: OrderOperation {
        switch self {
        case .create: .createSubscription
        case .startTrial: .startTrial
        case .convert: .convertTrial
        case .renew: .renewSubscription
        case .upsell: .renewWithUpsell
        case .reduce: .renewWithReducedTier
        case .cancelNow, .cancelAtEnd, .withdraw: .cancelSubscription
        }
    }

    /// The checks that its data can fail.
    private var possible: [CheckTrouble] {
        switch self {
        case .create, .startTrial: [.term, .lines, .lookUp]
        case .convert, .upsell: [.term, .lines, .quantities, .lookUp]
        case .renew: [.term]
        case .reduce: [.term, .lines, .quantities]
        case .cancelNow, .cancelAtEnd, .withdraw: []
        }
    }

    /// Every set of them.
    var combinations: [Set<CheckTrouble>] {
        possible.reduce([[]]) { sets, trouble in sets + sets.map { $0.union([trouble]) } }
    }

    /// What a failed check of its data is rejected with.
    func code(_ trouble: CheckTrouble) -> String {
        switch (self, trouble) {
        case (.create, .term), (.startTrial, .term), (.convert, .term): "term-invalid"
        case (_, .term): "term-not-extended"
        case (.convert, .lines), (.reduce, .lines): "line-item-not-found"
        case (_, .lines): "line-item-exists"
        case (.upsell, .quantities): "line-item-not-increased"
        case (.reduce, .quantities): "line-item-not-reduced"
        case (_, .quantities): "quantity-below-activated"
        case (_, .lookUp): "product-not-found"
        }
    }

    func command(
        _ situation: Situation,
        _ troubles: Set<CheckTrouble>,
        _ expectation: Expectation
    ) -> ChangeCommand {
        guard let id = SubscriptionID(Commands.subscription) else { fatalError("the test's own name is wrong") }
        return ChangeCommand(
            subscriptionID: id,
            expectedVersion: expectation.version(situation),
            action: action(situation, troubles)
        )
    }

    private func action(_ situation: Situation, _ troubles: Set<CheckTrouble>) -> ChangeCommand.Action {
        let details = NewSubscription(customer: CustomerReference(key: .externalID("C-1")))
        let today = World.today
        let new = [line("3")] + (troubles.contains(.lines) ? [line("3")] : [])
        let length: TermLength = troubles.contains(.term) ? .until(today.adding(days: -1) ?? today) : .months(12)
        let next = Renewal(length: troubles.contains(.term) ? .until(situation.end) : .until(farEnd))
        switch self {
        case .create:
            return .create(CreateSubscription(details: details, start: today, length: length, lineItems: new))
        case .startTrial:
            let start = troubles.contains(.term) ? LocalDate("9999-12-31") : nil
            return .startTrial(StartTrial(details: details, start: start, days: 30, lineItems: new))
        case .convert: return .convert(ConvertTrial(start: nil, length: length, lineItems: conversion(troubles)))
        case .renew: return .renew(next)
        case .upsell: return .upsell(next, upsell(troubles))
        case .reduce: return .reduce(next, reduction(troubles))
        case .cancelNow: return .cancel(.immediately)
        case .cancelAtEnd: return .cancel(.endOfTerm)
        case .withdraw: return .cancel(.withdraw)
        }
    }

    private var farEnd: LocalDate { World.today.adding(days: 400) ?? World.today }

    // Of line 1 there are 10, of which 4 are activated; line 2 stays as it is.

    private func conversion(_ troubles: Set<CheckTrouble>) -> LineItemChanges {
        LineItemChanges(
            add: [line("3")],
            remove: troubles.contains(.lines) ? [LineID(foreign: "9")] : [],
            change: [.init(lineID: LineID(foreign: "1"), quantity: troubles.contains(.quantities) ? 3 : 4)]
        )
    }

    private func upsell(_ troubles: Set<CheckTrouble>) -> LineItemChanges {
        LineItemChanges(
            add: [line("3")] + (troubles.contains(.lines) ? [line("2")] : []),
            change: [.init(lineID: LineID(foreign: "1"), quantity: troubles.contains(.quantities) ? 10 : 11)]
        )
    }

    private func reduction(_ troubles: Set<CheckTrouble>) -> LineItemChanges {
        LineItemChanges(
            remove: troubles.contains(.lines) ? [LineID(foreign: "9")] : [],
            change: [.init(lineID: LineID(foreign: "1"), quantity: troubles.contains(.quantities) ? 10 : 4)]
        )
    }

    private func line(_ id: String) -> NewLineItem {
        NewLineItem(lineID: LineID(foreign: id), product: .externalID("GC3041"), quantity: 1)
    }
}
