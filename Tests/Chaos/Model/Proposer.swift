import SubscriptionLifecycle

/// Thinks of a command for a subscription: mostly sensible, sometimes wrong in one of the ways the rules know.
struct Proposer: Sendable {
    let today: LocalDate

    /// `isEager` asks for a creation, as far as possible.
    func command(
        for name: String,
        on held: ModelEntitlement?,
        isEager: Bool,
        _ random: inout SplitMix
    ) -> ChangeCommand {
        if held == nil, isEager || random.chance(0.7) { return creation(for: name, &random) }
        let action: ChangeCommand.Action =
            switch random.number(0...19) {
            case 0: creation(for: name, &random).action
            case 1...4: .convert(conversion(held, &random))
            case 5...8: .renew(renewal(held, &random))
            case 9...12: .upsell(renewal(held, &random), more(held, &random))
            case 13...16: .reduce(renewal(held, &random), less(held, &random))
            case 17: .cancel(.endOfTerm)
            case 18: .cancel(.withdraw)
            default: .cancel(random.chance(0.5) ? .immediately : .withdraw)
            }
        return command(name, action, &random)
    }

    func creation(for name: String, _ random: inout SplitMix) -> ChangeCommand {
        let isUnknown = random.chance(0.03)
        let number = random.number(1...4)
        let details = NewSubscription(
            customer: CustomerReference(
                key: .externalID(isUnknown ? Referee.unknownCustomer : "CUST-\(number)"),
                name: isUnknown ? nil : "Customer \(number)",
                contact: isUnknown || number == 1 ? nil : .init(email: "c\(number)@example.com")
            ),
            attributes: random.chance(0.3) ? ["Region": "R\(random.number(1...3))"] : [:],
            autoRenew: random.chance(0.3) ? random.chance(0.5) : nil
        )
        let lines = (1...random.number(1...3)).map { line("\($0)", &random) }
        guard random.chance(0.4) else {
            let start = day(random.pick([-700, -400, -40, -1, 0, 20]))
            let length: TermLength =
                switch random.number(0...9) {
                case 0: .until(day(-10))
                case 1: .until(day(-100))
                case 2...4: .months(random.number(1...36))
                case 5: .days(random.number(1...900))
                default: .until(day(random.number(30...1500)))
                }
            return command(
                name,
                .create(.init(details: details, start: start, length: length, lineItems: lines)),
                &random
            )
        }
        let trial = StartTrial(
            details: details,
            start: day(random.pick([-100, -35, -10, 0, 0])),
            days: random.number(10...60),
            lineItems: lines
        )
        return command(name, .startTrial(trial), &random)
    }

    func renewal(of name: String, until end: LocalDate) -> ChangeCommand {
        var random = SplitMix(seed: 0)
        return command(name, .renew(Renewal(length: .until(end), base: .expiry)), &random)
    }

    private func command(_ name: String, _ action: ChangeCommand.Action, _ random: inout SplitMix) -> ChangeCommand {
        guard let subscription = SubscriptionID(name) else {
            fatalError("\(name) is no name of a subscription")
        }
        return ChangeCommand(
            subscriptionID: subscription,
            orderID: random.chance(0.5) ? "SO-\(random.number(1...999))" : nil,
            purchaseOrder: random.chance(0.3) ? "PO-\(random.number(1...999))" : nil,
            action: action
        )
    }

    private func conversion(_ held: ModelEntitlement?, _ random: inout SplitMix) -> ConvertTrial {
        let changes =
            switch random.number(0...3) {
            case 0: more(held, &random)
            case 1: less(held, &random)
            default: LineItemChanges()
            }
        let start = random.chance(0.5) ? nil : day(random.pick([-5, 0, 3]))
        let end = random.number(10...1000)
        return ConvertTrial(
            start: start,
            length: random.chance(0.3) ? .months(12) : .until(day(end)),
            lineItems: changes
        )
    }

    private func renewal(_ held: ModelEntitlement?, _ random: inout SplitMix) -> Renewal {
        let end = held?.end ?? today
        let length: TermLength =
            switch random.number(0...9) {
            case 0...2: .months(random.number(1...24))
            case 3: .days(random.number(1...500))
            case 4: .until(end.adding(days: -1) ?? end)
            // Never in the past: a term that is over before it begins is another rule's business.
            default: .until(max(end, today).adding(days: random.number(1...700)) ?? end)
            }
        return Renewal(length: length, base: random.chance(0.3) ? .todayIfExpired : .expiry)
    }

    private func more(_ held: ModelEntitlement?, _ random: inout SplitMix) -> LineItemChanges {
        var changes = LineItemChanges()
        let lines = held?.lines ?? [:]
        if random.chance(0.6) {
            // Seldom one that is there already.
            changes.add = [line(random.chance(0.1) ? "1" : "\(lines.count + random.number(1...3))", &random)]
        }
        if changes.add.isEmpty || random.chance(0.4), let (id, line) = anyLine(lines, &random) {
            changes.change = [.init(lineID: LineID(foreign: id), quantity: line.quantity + random.number(0...9))]
        }
        if changes == LineItemChanges() { changes.add = [line("1", &random)] }
        return changes
    }

    private func less(_ held: ModelEntitlement?, _ random: inout SplitMix) -> LineItemChanges {
        guard let (id, line) = anyLine(held?.lines ?? [:], &random) else {
            return LineItemChanges(remove: [LineID(foreign: "1")])
        }
        if random.chance(0.4) { return LineItemChanges(remove: [LineID(foreign: id)]) }
        let quantity = max(1, line.quantity - random.number(0...4))
        return LineItemChanges(change: [.init(lineID: LineID(foreign: id), quantity: quantity)])
    }

    private func anyLine(
        _ lines: [String: ModelEntitlement.Line],
        _ random: inout SplitMix
    ) -> (String, ModelEntitlement.Line)? {
        let sorted = lines.sorted { $0.key < $1.key }
        return sorted.isEmpty ? nil : random.pick(sorted.map { ($0.key, $0.value) })
    }

    private func line(_ id: String, _ random: inout SplitMix) -> NewLineItem {
        let product =
            switch random.number(0...39) {
            case 0: Referee.draftProduct
            case 1: Referee.unknownProduct
            default: random.pick(Referee.enabledProducts)
            }
        return NewLineItem(lineID: LineID(foreign: id), product: .externalID(product), quantity: random.number(1...20))
    }

    private func day(_ offset: Int) -> LocalDate { today.adding(days: offset) ?? today }
}
