import SubscriptionLifecycle

/// How the fields of a decision stand to what is there.
struct Standing {
    var applied: [Change] = []
    var pending: [Change] = []
    var conflicts: [String: Fact] = [:]

    init(_ changes: [Change], on held: Entitlement?, _ decision: Decision) {
        guard let held else {
            if case .create = decision.plan { pending = changes } else { conflicts = ["emsState": .text("absent")] }
            return
        }
        for change in changes {
            let fact = held.value(of: change.field)
            if fact == change.target {
                applied.append(change)
            } else if fact == change.base, !decision.creates {
                pending.append(change)
            } else {
                conflicts[change.field.description] = fact ?? .text("not set")
            }
        }
        // Somebody else's entitlement of that name: nothing of this decision is there.
        if decision.creates, !conflicts.isEmpty { applied = [] }
    }
}

extension Decision {
    fileprivate var creates: Bool { if case .create = plan { true } else { false } }
}

extension Entitlement {
    fileprivate func value(of field: Change.Field) -> Fact? {
        switch field {
        case .state: .text(state.rawValue)
        case .termStart: term.start.map(Fact.date)
        case .termEnd: term.end.map(Fact.date)
        case .orderID: orderID.map(Fact.text)
        case .purchaseOrder: purchaseOrder.map(Fact.text)
        case .attribute(let name): attributes[name].map(Fact.text)
        case .line(let id): line(id).flatMap(\.asOrdered)
        case .lineState(let id): line(id).map { .text($0.state.rawValue) }
        case .lineStart(let id): line(id)?.term.start.map(Fact.date)
        case .lineEnd(let id): line(id)?.term.end.map(Fact.date)
        case .lineQuantity(let id): line(id).map { .count($0.quantity) }
        }
    }

    mutating func make(_ change: Change, newKey: () -> String) {
        switch (change.field, change.target) {
        case (.state, .text(let text)): state = State(rawValue: text) ?? state
        case (.termStart, .date(let date)): term.start = date
        case (.termEnd, .date(let date)): term.end = date
        case (.orderID, .text(let text)): orderID = text
        case (.purchaseOrder, .text(let text)): purchaseOrder = text
        case (.attribute(let name), .text(let text)): attributes[name] = text
        case (.line, .line(let draft)): lineItems.append(LineItem(draft, newKey()))
        case (.lineState(let id), .text(let text)): alter(id) { $0.state = State(rawValue: text) ?? $0.state }
        case (.lineStart(let id), .date(let date)): alter(id) { $0.term.start = date }
        case (.lineEnd(let id), .date(let date)): alter(id) { $0.term.end = date }
        case (.lineQuantity(let id), .count(let count)):
            alter(id) { line in
                line.available += count - line.quantity
                line.quantity = count
            }
        case (_, _): break
        }
    }

    private mutating func alter(_ id: LineID, _ make: (inout LineItem) -> Void) {
        guard let index = lineItems.firstIndex(where: { $0.lineID == id }) else { return }
        make(&lineItems[index])
    }
}

extension Entitlement.LineItem {
    fileprivate init(_ draft: LineItemDraft, _ key: String) {
        var product = Entitlement.Product()
        switch draft.item.product {
        case .externalID(let id): product.externalID = id
        case .identifier(let id): product.identifier = id
        case .nameVersion(let name, let version): (product.name, product.version) = (name, version)
        }
        self.init(
            lineID: draft.item.lineID,
            productKeyID: key,
            product: product,
            quantity: draft.item.quantity,
            available: draft.item.quantity,
            state: .enabled,
            term: draft.term,
            attributes: draft.item.attributes
        )
    }

    /// As an order would name it; `nil` when it isn't in force.
    fileprivate var asOrdered: Fact? {
        guard state == .enabled else { return nil }
        let reference: ProductReference =
            if let id = product.externalID {
                .externalID(id)
            } else if let id = product.identifier {
                .identifier(id)
            } else {
                .nameVersion(name: product.name ?? "", version: product.version ?? "")
            }
        let item = NewLineItem(lineID: lineID, product: reference, quantity: quantity, attributes: attributes)
        return .line(LineItemDraft(item: item, term: term))
    }
}
