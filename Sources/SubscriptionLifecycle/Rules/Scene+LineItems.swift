/// Which way line items may go in an operation.
enum LineDirection {
    case none
    case upwards
    case downwards
    case any
}

extension Scene {
    /// The changes of the lines, and the lines that were and stay in force.
    func lineChanges(
        _ ordered: LineItemChanges,
        _ direction: LineDirection,
        on entitlement: Entitlement,
        term: Entitlement.Term
    ) throws(Refusal) -> (changes: [Change], kept: [Entitlement.LineItem]) {
        let removed = try linesToRemove(ordered, entitlement)
        try checkAdded(ordered, entitlement)
        let kept = entitlement.enabledLines.filter { !removed.contains($0.lineID) }
        let quantities = try quantityTargets(ordered, kept, on: entitlement)
        try require(
            .lineItemsLeft,
            !kept.isEmpty || !ordered.add.isEmpty,
            observed: ["lineItems": .count(entitlement.enabledLines.count)],
            required: ["lineItems": .text("at least 1 stays")],
            else: .noLineItemsLeft,
            "No line item would be left in force; cancel the subscription instead."
        )
        for line in kept {
            guard let target = quantities[line.lineID] else { continue }
            try checkQuantity(target, of: line, direction)
        }
        let changes =
            entitlement.enabledLines.filter { removed.contains($0.lineID) }.map {
                Change(
                    .lineState($0.lineID),
                    from: .text(Entitlement.State.enabled.rawValue),
                    to: .text(Entitlement.State.disabled.rawValue)
                )
            }
            + kept.compactMap { line in
                guard let target = quantities[line.lineID], target != line.quantity else { return nil }
                return Change(.lineQuantity(line.lineID), from: .count(line.quantity), to: .count(target))
            }
            + ordered.add.map { Change(.line($0.lineID), from: nil, to: .line(LineItemDraft(item: $0, term: term))) }
        return (changes, kept)
    }

    private func linesToRemove(_ ordered: LineItemChanges, _ entitlement: Entitlement) throws(Refusal) -> Set<LineID> {
        var removed = Set<LineID>()
        for id in ordered.remove {
            try requireInForce(id, entitlement.line(id)?.state == .enabled, entitlement)
            try requireNamedOnce(id, removed.insert(id).inserted)
        }
        return removed
    }

    private func checkAdded(_ ordered: LineItemChanges, _ entitlement: Entitlement) throws(Refusal) {
        var seen = Set(entitlement.lineItems.map(\.lineID))
        for line in ordered.add { try requireNew(line.lineID, isFree: seen.insert(line.lineID).inserted) }
    }

    private func quantityTargets(
        _ ordered: LineItemChanges,
        _ kept: [Entitlement.LineItem],
        on entitlement: Entitlement
    ) throws(Refusal) -> [LineID: Int] {
        var targets: [LineID: Int] = [:]
        for change in ordered.change {
            try requireNamedOnce(change.lineID, !ordered.remove.contains(change.lineID))
            let isKept = kept.contains { $0.lineID == change.lineID }
            try requireInForce(change.lineID, isKept, entitlement)
            try requireNamedOnce(change.lineID, targets.updateValue(change.quantity, forKey: change.lineID) == nil)
        }
        return targets
    }

    private func checkQuantity(
        _ target: Int,
        of line: Entitlement.LineItem,
        _ direction: LineDirection
    ) throws(Refusal) {
        func observed() -> [String: Fact] {
            [
                "lineId": .text(line.lineID.description), "quantity": .count(line.quantity),
                "activated": .count(line.activated), "newQuantity": .count(target),
            ]
        }
        switch direction {
        case .upwards:
            try require(
                .quantityIncreased,
                target > line.quantity,
                observed: observed(),
                required: ["quantity": .text("more than \(line.quantity)")],
                else: .lineItemNotIncreased,
                "An upsell raises quantities; line item \(line.lineID) has \(line.quantity), the command says \(target)."
            )
        case .downwards:
            try require(
                .quantityReduced,
                target < line.quantity,
                observed: observed(),
                required: ["quantity": .text("less than \(line.quantity)")],
                else: .lineItemNotReduced,
                "A reduced tier lowers quantities; line item \(line.lineID) has \(line.quantity), the command says \(target)."
            )
        case .any, .none: break
        }
        try require(
            .quantityCoversActivated,
            target >= line.activated,
            observed: observed(),
            required: ["quantity": .text("at least \(line.activated)")],
            else: .quantityBelowActivated,
            "Of line item \(line.lineID), \(line.activated) are activated; \(target) would be fewer. Revoke activations first."
        )
    }

    /// A command names a line item once.
    private func requireNamedOnce(_ id: LineID, _ isFirst: Bool) throws(Refusal) {
        try require(
            .lineItemNamedOnce,
            isFirst,
            observed: ["lineId": .text(id.description), "named": .text(isFirst ? "once" : "twice")],
            required: ["named": .text("once")],
            else: .lineItemExists,
            "The command names the line item \(id) twice."
        )
    }

    private func requireInForce(_ id: LineID, _ isInForce: Bool, _ entitlement: Entitlement) throws(Refusal) {
        try require(
            .lineItemInForce,
            isInForce,
            observed: [
                "lineId": .text(id.description),
                "lineState": .text(entitlement.line(id)?.state.rawValue ?? "absent"),
            ],
            required: ["lineState": .text(Entitlement.State.enabled.rawValue)],
            else: .lineItemNotFound,
            "No line item \(id) is in force in subscription \(command.subscriptionID)."
        )
    }
}
