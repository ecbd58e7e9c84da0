import SubscriptionLifecycle

extension Entitlement {
    /// What it holds of a field; `nil` when that is not set, or the line is not there.
    func fact(of field: Change.Field) -> Fact? {
        switch field {
        case .state: .text(state.rawValue)
        case .termStart: term.start.map(Fact.date)
        case .termEnd: term.end.map(Fact.date)
        case .orderID: orderID.map(Fact.text)
        case .purchaseOrder: purchaseOrder.map(Fact.text)
        case .attribute(let name): attributes[name].map(Fact.text)
        case .line(let id): line(id).map { .line($0.draft) }
        case .lineState(let id): line(id).map { .text($0.state.rawValue) }
        case .lineStart(let id): line(id)?.term.start.map(Fact.date)
        case .lineEnd(let id): line(id)?.term.end.map(Fact.date)
        case .lineQuantity(let id): line(id).map { .count($0.quantity) }
        }
    }
}

extension Entitlement.LineItem {
    /// The line as an order would name it.
    fileprivate var draft: LineItemDraft {
        LineItemDraft(
            item: NewLineItem(lineID: lineID, product: product.reference, quantity: quantity, attributes: attributes),
            term: term
        )
    }

    /// Whether it is in force and as ordered.
    ///
    /// What EMS doesn't tell, and attributes that it doesn't keep, don't count.
    func isAs(_ draft: LineItemDraft) -> Bool {
        state == .enabled && quantity == draft.item.quantity && product.fits(draft.item.product)
            && (draft.term.start == nil || term.start == draft.term.start) && term.end == draft.term.end
            && draft.item.attributes.allSatisfy { attributes[$0.key] == nil || attributes[$0.key] == $0.value }
    }
}

extension Entitlement.Product {
    fileprivate var reference: ProductReference {
        if let externalID { return .externalID(externalID) }
        if let identifier { return .identifier(identifier) }
        return .nameVersion(name: name ?? "", version: version ?? "")
    }

    fileprivate func fits(_ reference: ProductReference) -> Bool {
        switch reference {
        case .externalID(let id): externalID == nil || externalID == id
        case .identifier(let id): identifier == nil || identifier == id
        case .nameVersion(let name, let version):
            (self.name == nil || self.name == name)
                && (version.isEmpty || self.version == nil || self.version == version)
        }
    }
}

extension Entitlement.Party {
    /// Whether it is the customer of that key: for a filter, what EMS doesn't tell is no match.
    func isNamed(by key: CustomerReference.Key) -> Bool {
        switch key {
        case .externalID(let id): externalID == id
        case .identifier(let id): identifier == id
        case .id(let id): self.id == id
        }
    }

    /// Whether it can be the customer of that key; what EMS doesn't tell doesn't count.
    func fits(_ key: CustomerReference.Key) -> Bool {
        switch key {
        case .externalID(let id): externalID == nil || externalID == id
        case .identifier(let id): identifier == nil || identifier == id
        case .id(let id): self.id == nil || self.id == id
        }
    }
}
