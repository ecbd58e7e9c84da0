import SubscriptionLifecycle

/// Makes up a cell's commands: legal and illegal ones, from the lifecycle's table, shuffled and duplicated.
struct PlanMaker {
    /// What kind of histories a cell wants.
    struct Wish: Sendable {
        var commands: Int
        /// Before every id, so that no two cells share one.
        var prefix: String
        /// Whether somebody edits entitlements by hand meanwhile.
        var hasEdits = false
        /// Whether some histories have a hole, whose successors run out of patience.
        var hasHoles = false
        /// Whether some subscriptions' commands are sent in order through one queue, which one worker alone must keep.
        var hasOrder = false
    }

    private let wish: Wish
    private let today: LocalDate
    private var random: SplitMix
    private var proposer: Proposer
    private var plan = Plan()

    init(_ wish: Wish, today: LocalDate, random: SplitMix) {
        self.wish = wish
        self.today = today
        self.random = random
        proposer = Proposer(today: today)
    }

    mutating func make() -> Plan {
        var number = 0
        while plan.claimedCount < wish.commands * 9 / 10 {
            number += 1
            let name = "\(wish.prefix)S\(number)"
            if wish.hasOrder, random.chance(0.12) {
                plan.histories.append(ordered(name))
            } else {
                plan.histories.append(random.chance(0.6) ? numbered(name) : unnumbered(name))
            }
        }
        addReads()
        addPoison()
        var messages =
            plan.messages
            + plan.histories.filter { !$0.isOrdered }.flatMap(\.commands).map(message)
        messages += messages.filter { _ in random.chance(0.15) } + messages.filter { _ in random.chance(0.03) }
        messages.shuffle(using: &random)
        plan.messages = messages
        return plan
    }

    /// Each command expects the version that the model is at when it is made up; the illegal ones stand between.
    private mutating func numbered(_ name: String) -> Plan.History {
        var history = Plan.History(name: name, isNumbered: true, commands: [])
        let referee = Referee(today: today)
        history.adopted = adopted()
        history.end = history.adopted
        var version = history.end == nil ? 0 : 1
        var afterEnd = 0
        let length = random.number(3...10)
        for number in 1...length * 2 where history.commands.count < length && afterEnd < 2 {
            var command = proposer.command(for: name, on: history.end, isEager: version == 0, &random)
            command.expectedVersion = version
            let refusal = referee.refusal(of: command, on: history.end, version: version)
            // Before there is a subscription, a wrong creation is fine, but of other commands one is enough.
            if refusal != nil, random.chance(0.4) { continue }
            if refusal == nil {
                guard let next = ModelEntitlement.after(command, on: history.end, today: today) else { continue }
                history.end = next
                version += 1
            } else if history.end?.state == .closed {
                afterEnd += 1
            }
            let id = "\(name)-\(number)"
            history.commands.append(Plan.Command(id: id, command: command, isLink: refusal == nil))
        }
        if wish.hasHoles, random.chance(0.2), history.commands.count > 2 {
            history.commands.remove(at: random.number(0...history.commands.count - 2))
            for index in history.commands.indices { history.commands[index].isLink = false }
            history.end = nil
        } else if wish.hasEdits, random.chance(0.4) {
            let text = "by hand \(random.number(1...99))"
            history.edits = [HandEdit(subscription: name, kind: .note(text))]
        }
        return history
    }

    /// Any order may come; whatever it leads to must be told truthfully.
    private mutating func unnumbered(_ name: String) -> Plan.History {
        var history = Plan.History(name: name, isNumbered: false, commands: [])
        let referee = Referee(today: today)
        history.adopted = adopted()
        var held = history.adopted
        // Without a creation that works, the others would only wait.
        while held == nil {
            let command = proposer.command(for: name, on: nil, isEager: true, &random)
            guard command.creates, referee.refusal(of: command, on: nil, version: 0) == nil else { continue }
            held = ModelEntitlement.after(command, on: nil, today: today)
            history.commands.append(Plan.Command(id: "\(name)-0", command: command))
        }
        for number in 1...random.number(2...7) {
            let command = proposer.command(for: name, on: held, isEager: false, &random)
            if referee.refusal(of: command, on: held, version: 1) == nil {
                held = ModelEntitlement.after(command, on: held, today: today)
            }
            history.commands.append(Plan.Command(id: "\(name)-\(number)", command: command))
        }
        if wish.hasEdits, random.chance(0.6) { history.edits = edits(name) }
        return history
    }

    /// Renewals that only one order allows, one after the other through one queue, right after the creation.
    private mutating func ordered(_ name: String) -> Plan.History {
        var history = Plan.History(name: name, isNumbered: false, commands: [], isOrdered: true)
        let referee = Referee(today: today)
        var held: ModelEntitlement?
        while held == nil {
            let command = proposer.creation(for: name, &random)
            guard let made = ModelEntitlement.after(command, on: nil, today: today), !made.isTrial, made.end >= today,
                referee.refusal(of: command, on: nil, version: 0) == nil
            else { continue }
            held = made
            history.commands.append(Plan.Command(id: "\(name)-0", command: command))
        }
        for number in 1...random.number(3...7) {
            guard let end = held?.end.adding(days: random.number(1...90)) else { break }
            let command = proposer.renewal(of: name, until: end)
            held = ModelEntitlement.after(command, on: held, today: today)
            history.commands.append(Plan.Command(id: "\(name)-\(number)", command: command))
        }
        history.end = held
        let messages = history.commands.map(message)
        let again = messages.filter { _ in random.chance(0.2) }
        plan.sequences.append(messages + again)
        return history
    }

    /// Now and then EMS has something already that no ledger knows.
    private mutating func adopted() -> ModelEntitlement? {
        guard random.chance(0.12) else { return nil }
        var held: ModelEntitlement?
        let referee = Referee(today: today)
        while held == nil {
            let command = proposer.creation(for: "\(wish.prefix)ADOPTED", &random)
            guard referee.refusal(of: command, on: nil, version: 0) == nil else { continue }
            held = ModelEntitlement.after(command, on: nil, today: today)
        }
        // Whoever made it by hand knew nothing of our attribute, unless it is a trial.
        if held?.isTrial == false { held?.attributes["Order Type"] = nil }
        return held
    }

    private func message(_ command: Plan.Command) -> Plan.Message {
        Plan.Message(
            routingKey: command.command.operation.rawValue,
            body: CommandJSON.event(command.command, id: command.id)
        )
    }

    private mutating func edits(_ name: String) -> [HandEdit] {
        let kinds: [HandEdit.Kind] =
            switch random.number(0...5) {
            case 0: [.note("by hand")]
            case 1: [.purchaseOrder("PO by hand"), .note("twice")]
            case 2: [.end(today.adding(days: random.number(200...3000)) ?? today)]
            case 3: [.disable]
            case 4: [.disable, .enable]
            default: [.close]
            }
        return kinds.map { HandEdit(subscription: name, kind: $0) }
    }

    private mutating func addReads() {
        for number in 1...max(2, wish.commands / 50) {
            let history = random.pick(plan.histories)
            let id = "\(wish.prefix)R\(number)"
            plan.reads.append(id)
            switch random.number(0...2) {
            case 0: add("view-entitlement", id, ["subscriptionId": history.name])
            case 1: add("sync-entitlements", id, ["filter": ["subscriptionIds": [history.name]]])
            default:
                let command = random.pick(history.commands).command
                let data = CommandJSON.payload(command).filter { $0.key != "expectedVersion" }
                add(command.operation.rawValue, id, data, more: ["dryrun": true])
            }
        }
    }

    private mutating func add(
        _ operation: String,
        _ id: String,
        _ data: [String: Any],
        more: [String: Any] = [:]
    ) {
        let body = CommandJSON.event(id: id, operation: operation, data: data, more: more)
        plan.messages.append(Plan.Message(routingKey: operation, body: body))
    }

    private mutating func addPoison() {
        for number in 1...max(4, wish.commands / 20) {
            let id = "\(wish.prefix)P\(number)"
            var command = random.pick(plan.histories.filter { !$0.commands.isEmpty }).commands[0].command
            command.expectedVersion = nil
            let key = command.operation.rawValue
            let good = CommandJSON.payload(command)
            switch random.number(0...6) {
            case 0: letter(nil, key, Array("{ no JSON \(id)".utf8), "malformed-message")
            case 1:
                let data = good.merging(["typo": 1]) { $1 }
                letter(id, key, CommandJSON.event(id: id, operation: key, data: data), "schema-violation")
            case 2:
                letter(id, key, CommandJSON.event(id: id, operation: "frobnicate", data: good), "unknown-type")
            case 3:
                let body = CommandJSON.event(id: id, operation: key, data: good)
                let other = key == "cancel-subscription" ? "renew-subscription" : "cancel-subscription"
                letter(id, other, body, "wrong-queue")
            case 4:
                let body = CommandJSON.event(id: id, operation: key, data: good)
                letter(id, "no-such-operation", body, "unroutable")
            case 5:
                let body = CommandJSON.event(id: "", operation: key, data: good, more: ["note": id])
                letter(nil, key, body, "identity-missing")
            default: addTwins(id)
            }
        }
    }

    private mutating func letter(_ id: String?, _ key: String, _ body: [UInt8], _ reason: String) {
        plan.letters.append(Plan.Letter(id: id, body: body, reason: reason))
        plan.messages.append(Plan.Message(routingKey: key, body: body))
    }

    /// One identity with two contents, neither of which changes anything.
    private mutating func addTwins(_ id: String) {
        plan.twins.append(id)
        for quantity in [1, 2] {
            var command = proposer.creation(for: "\(id)-TWIN", &random)
            command.expectedVersion = 6 + quantity
            add(command.operation.rawValue, id, CommandJSON.payload(command))
        }
    }
}
