import SubscriptionLifecycle

/// What EMS should hold of one subscription: the reference that the worker is compared with.
///
/// Commands are carried out here in the plainest way that the contract can be read, on purpose with none of the worker's
/// decisions or differences.
struct ModelEntitlement: Hashable, Sendable {
    /// A line item.
    struct Line: Hashable, Sendable {
        var product: String
        var quantity: Int
        var isEnabled = true
        var start: LocalDate
        var end: LocalDate
    }

    var state = Entitlement.State.enabled
    var isTrial: Bool
    /// Marked to end with its term.
    var endsWithTerm = false
    var start: LocalDate
    var end: LocalDate
    var customer: String
    var orderID: String?
    var purchaseOrder: String?
    var lines: [String: Line] = [:]
    /// Without those that are empty.
    var attributes: [String: String] = [:]

    /// Changes that somebody makes by hand.
    mutating func apply(_ edit: HandEdit.Kind) {
        switch edit {
        case .note(let text): attributes[HandEdit.noteName] = text
        case .purchaseOrder(let text): purchaseOrder = text
        case .end(let day): end = day
        case .disable: state = .disabled
        case .enable: state = .enabled
        case .close: state = .closed
        }
    }
}

extension ModelEntitlement {
    /// What a command makes of it; it must be legal.
    static func after(_ command: ChangeCommand, on before: ModelEntitlement?, today: LocalDate) -> ModelEntitlement? {
        switch command.action {
        case .create(let create):
            return new(command, create.details, create.lineItems, create.start, create.length, isTrial: false)
        case .startTrial(let trial):
            let start = trial.start ?? today
            return new(command, trial.details, trial.lineItems, start, .days(trial.days), isTrial: true)
        case .convert(let convert):
            guard var held = before else { return nil }
            let start = convert.start ?? today
            guard let end = end(convert.length, from: start) else { return nil }
            held.change(convert.lineItems, start: start, end: end)
            for id in held.lines.keys where held.lines[id]?.isEnabled == true {
                held.lines[id]?.start = start
                held.lines[id]?.end = end
            }
            (held.start, held.end, held.isTrial) = (start, end, false)
            held.attributes["Order Type"] = "Subscription"
            held.note(command)
            return held
        case .renew(let renewal): return before?.renewed(renewal, LineItemChanges(), command, today)
        case .upsell(let renewal, let lines), .reduce(let renewal, let lines):
            return before?.renewed(renewal, lines, command, today)
        case .cancel(let effect): return before?.cancelled(effect, command, today)
        }
    }

    private static func new(
        _ command: ChangeCommand,
        _ details: NewSubscription,
        _ lines: [NewLineItem],
        _ start: LocalDate,
        _ length: TermLength,
        isTrial: Bool
    ) -> ModelEntitlement? {
        guard let end = end(length, from: start), case .externalID(let customer) = details.customer.key else {
            return nil
        }
        var held = ModelEntitlement(isTrial: isTrial, start: start, end: end, customer: customer)
        held.attributes = details.attributes
        held.attributes["Order Type"] = isTrial ? "Trial" : "Subscription"
        if let autoRenew = details.autoRenew { held.attributes["Auto Renew"] = autoRenew ? "true" : "false" }
        held.note(command)
        held.change(LineItemChanges(add: lines), start: start, end: end)
        return held
    }

    private static func end(_ length: TermLength, from start: LocalDate) -> LocalDate? {
        switch length {
        case .until(let end): end
        case .months(let months): start.adding(months: months)?.adding(days: -1)
        case .days(let days): start.adding(days: days - 1)
        }
    }

    private func renewed(
        _ renewal: Renewal,
        _ changes: LineItemChanges,
        _ command: ChangeCommand,
        _ today: LocalDate
    ) -> ModelEntitlement? {
        let isFromToday = renewal.base == .todayIfExpired && end < today
        let newEnd: LocalDate? =
            switch renewal.length {
            case .until(let day): day
            case .months(let months):
                isFromToday
                    ? Self.end(renewal.length, from: today) : end.adding(months: months, keepingMonthEnd: true)
            case .days(let days): isFromToday ? Self.end(renewal.length, from: today) : end.adding(days: days)
            }
        guard let newEnd else { return nil }
        var held = self
        held.change(changes, start: max(today, start), end: newEnd)
        for id in held.lines.keys where held.lines[id]?.isEnabled == true { held.lines[id]?.end = newEnd }
        held.end = newEnd
        held.note(command)
        return held
    }

    private func cancelled(_ effect: CancellationEffect, _ command: ChangeCommand, _ today: LocalDate) -> Self {
        var held = self
        let isInForce = state == .enabled && end >= today
        switch effect {
        case .immediately: held.state = .closed
        case .endOfTerm where !isInForce: held.state = .closed
        case .endOfTerm, .withdraw:
            let mark = effect == .endOfTerm
            guard endsWithTerm != mark else { return self }
            held.endsWithTerm = mark
            held.attributes["Ends With Term"] = mark ? "true" : "false"
            held.note(command)
        }
        return held
    }

    private mutating func change(_ changes: LineItemChanges, start: LocalDate, end: LocalDate) {
        for id in changes.remove { lines[id.description]?.isEnabled = false }
        for change in changes.change { lines[change.lineID.description]?.quantity = change.quantity }
        for line in changes.add {
            guard case .externalID(let product) = line.product else { continue }
            lines[line.lineID.description] = Line(product: product, quantity: line.quantity, start: start, end: end)
        }
    }

    private mutating func note(_ command: ChangeCommand) {
        if let orderID = command.orderID { self.orderID = orderID }
        if let purchaseOrder = command.purchaseOrder { self.purchaseOrder = purchaseOrder }
    }
}
