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
        let quantities = try quantityTargets(ordered, kept)
        guard !kept.isEmpty || !ordered.add.isEmpty else {
            throw .rejected(
                .noLineItemsLeft,
                "No line item would be left in force; cancel the subscription instead.",
                observed: ["lineItems": .count(entitlement.enabledLines.count)],
                required: ["lineItems": .text("at least 1 stays")]
            )
        }
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
            guard entitlement.line(id)?.state == .enabled else { throw lineNotFound(id) }
            guard removed.insert(id).inserted else { throw lineTwice(id) }
        }
        return removed
    }

    private func checkAdded(_ ordered: LineItemChanges, _ entitlement: Entitlement) throws(Refusal) {
        var seen = Set(entitlement.lineItems.map(\.lineID))
        for line in ordered.add where !seen.insert(line.lineID).inserted { throw lineExists(line.lineID) }
    }

    private func quantityTargets(
        _ ordered: LineItemChanges,
        _ kept: [Entitlement.LineItem]
    ) throws(Refusal) -> [LineID: Int] {
        var targets: [LineID: Int] = [:]
        for change in ordered.change {
            guard !ordered.remove.contains(change.lineID) else { throw lineTwice(change.lineID) }
            guard kept.contains(where: { $0.lineID == change.lineID }) else { throw lineNotFound(change.lineID) }
            guard targets.updateValue(change.quantity, forKey: change.lineID) == nil else {
                throw lineTwice(change.lineID)
            }
        }
        return targets
    }

    private func checkQuantity(
        _ target: Int,
        of line: Entitlement.LineItem,
        _ direction: LineDirection
    ) throws(Refusal) {
        let observed: [String: Fact] = [
            "lineId": .text(line.lineID.description), "quantity": .count(line.quantity),
            "activated": .count(line.activated),
        ]
        switch direction {
        case .upwards where target <= line.quantity:
            throw .rejected(
                .lineItemNotIncreased,
                "An upsell raises quantities; line item \(line.lineID) has \(line.quantity), the command says \(target).",
                observed: observed,
                required: ["quantity": .text("more than \(line.quantity)")]
            )
        case .downwards where target >= line.quantity:
            throw .rejected(
                .lineItemNotReduced,
                "A reduced tier lowers quantities; line item \(line.lineID) has \(line.quantity), the command says \(target).",
                observed: observed,
                required: ["quantity": .text("less than \(line.quantity)")]
            )
        case .upwards, .downwards, .any, .none: break
        }
        guard target >= line.activated else {
            throw .rejected(
                .quantityBelowActivated,
                "Of line item \(line.lineID), \(line.activated) are activated; \(target) would be fewer. Revoke activations first.",
                observed: observed,
                required: ["quantity": .text("at least \(line.activated)")]
            )
        }
    }

    /// A command names a line item once.
    private func lineTwice(_ id: LineID) -> Refusal {
        .rejected(
            .lineItemExists,
            "The command names the line item \(id) twice.",
            observed: ["lineId": .text(id.description)]
        )
    }

    private func lineNotFound(_ id: LineID) -> Refusal {
        .rejected(
            .lineItemNotFound,
            "No line item \(id) is in force in subscription \(command.subscriptionID).",
            observed: ["lineId": .text(id.description)]
        )
    }
}
