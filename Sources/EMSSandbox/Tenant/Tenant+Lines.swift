/// Line items as they stand in requests. Nothing here changes a table: the lines are returned, to be put when all is checked.
extension Tenant {
    /// A line that an entitlement hasn't got yet; its quantity is what is sent.
    func newLine(_ fields: Fields, of entitlement: Entitlement, _ call: Call) throws(EMSError) -> ProductKey {
        var line = ProductKey(
            id: Self.newId(),
            pkId: Self.newId(),
            entitlementId: entitlement.id,
            productId: try product(ofLine: fields, of: entitlement).id,
            state: entitlement.state == .draft ? .draft : .enable,
            at: call.now
        )
        try line.apply(fields)
        try line.setQuantity(fields)
        return line
    }

    private func product(ofLine fields: Fields, of entitlement: Entitlement) throws(EMSError) -> Product {
        guard let item = try fields.fields("item"), let itemProduct = try item.fields("itemProduct"),
            let named = try itemProduct.fields("product")
        else { throw .refused(.missing, "A product key needs item.itemProduct.product.") }
        let product = try self.product(named)
        guard product.state == .enable || (product.state == .draft && entitlement.isTest) else {
            throw .refused(
                .productNotEnabled,
                "The product \(product.name) \(product.version) is in the state \(product.state.rawValue)."
            )
        }
        return product
    }

    /// A line after a PATCH.
    ///
    /// Its product can't change: an `item` is ignored.
    func updatedLine(
        _ old: ProductKey,
        _ fields: Fields,
        of entitlement: Entitlement,
        _ call: Call
    ) throws(EMSError) -> ProductKey {
        guard old.state != .closed else { throw .refused(.illegalState, "A closed product key can't be updated.") }
        var line = old
        try line.apply(fields)
        if entitlement.state == .draft {
            try line.setQuantity(fields)
        } else {
            try line.addQuantity(fields)
            if let state = try fields.state(), state != line.state { try line.change(to: state) }
        }
        line.lastModified = call.now
        return line
    }

    /// The line of the entitlement that `pkId` or `id` names; nil when the request names none.
    func namedLine(_ fields: Fields, of entitlement: Entitlement) throws(EMSError) -> ProductKey? {
        let pkId = try fields.string("pkId") ?? ""
        let id = try fields.string("id") ?? ""
        guard !pkId.isEmpty || !id.isEmpty else { return nil }
        guard let line = pkId.isEmpty ? productKeys[.id, id] : productKeys[.pkId, pkId],
            line.entitlementId == entitlement.id, id.isEmpty || line.id == id
        else {
            // Whether EMS would create one here is unknown; refusing shows a stale key.
            throw .refused(.unknownReference, "The entitlement has no product key '\(pkId.isEmpty ? id : pkId)'.")
        }
        return line
    }

    /// No two lines, in the tables or among these, may share an external id.
    func requireUnique(_ lines: [ProductKey], replacing removed: Set<String> = []) throws(EMSError) {
        var externalIds: Set<String> = []
        for line in lines {
            if let key = productKeys.conflict(of: line), let other = productKeys[key.field, key.value],
                !removed.contains(other.id), !lines.contains(where: { $0.id == other.id })
            {
                throw .refused(.duplicate, "Another product key has the \(key.field.rawValue) '\(key.value)' already.")
            }
            guard line.externalId.isEmpty || externalIds.insert(line.externalId).inserted else {
                throw .refused(.duplicate, "Two product keys have the externalId '\(line.externalId)'.")
            }
        }
    }
}

extension ProductKey {
    /// A PATCH may state `state`, where an entitlement's may not.
    fileprivate mutating func change(to wanted: EMSState) throws(EMSError) {
        switch wanted {
        case .enable: try perform(.enable)
        case .disable: try perform(.disable)
        case .closed: try perform(.close)
        case .draft: throw .refused(.illegalState, "A product key can't go back to DRAFT.")
        }
    }

    mutating func perform(_ action: EMSState.Action) throws(EMSError) {
        // A draft line is enabled with its entitlement, not by itself.
        guard state != .draft else { throw .refused(.illegalState, "The product key's entitlement is a draft.") }
        state = try state.after(action, of: "product key")
    }
}
