public import OrderFulfilment
public import SubscriptionLifecycle

extension SentinelEntitlementGateway {
    private static let embedded =
        "customer,contact,entitlementPartners,productKeys,productKey.item,productKey.customAttributes,customAttributes"
    private static let lookUpsAtOnce = 16

    /// The entitlements that match, page by page, each once.
    ///
    /// EMS's filter by modification leaves out what was never modified, so that a search since a day is two: modified
    /// since, and created since; both a day early, as EMS's days are UTC and have no times. An entitlement that can't
    /// be read ends the search: leaving it out would pass for its absence.
    public func search(
        _ filter: EntitlementFilter,
        page: @Sendable ([Entitlement]) async throws -> Void
    ) async throws {
        guard filter.subscriptionIDs.isEmpty else { return try await lookUp(filter, page) }
        guard let customer = try await customerFilter(filter.customer) else { return }
        var seen = Set<String>()
        for dates in Self.dateFilters(filter.modifiedSince) {
            try await pages(of: customer + dates) { rows in
                let fresh = try rows.map(EntitlementReader.entitlement).filter {
                    seen.insert($0.entitlementID).inserted
                }
                if !fresh.isEmpty { try await page(fresh) }
            }
        }
    }

    /// The activations of an entitlement.
    ///
    /// How EMS names the filter and the members of an activation is not documented publicly; assumed are `eId`, as in
    /// the search for entitlements, and the names of the request that activates. Quantities that are missing count 1.
    public func activations(of entitlementID: String) async throws(GatewayFailure) -> [Activation] {
        do {
            var activations: [Activation] = []
            try await pages(in: "activations", "activation", of: [(name: "eId", value: entitlementID)]) { rows in
                activations += rows.compactMap { Self.activation($0, of: entitlementID) }
            }
            return activations
        } catch let failure as GatewayFailure {
            throw failure
        } catch {
            throw .transient("GET /activations: \(error)", retryAfter: nil)
        }
    }

    /// Skips rows of other entitlements, in case the filter was not understood.
    private static func activation(_ row: TolerantJSON, of entitlementID: String) -> Activation? {
        if let owner = row["entitlement"]?["eId"]?.text ?? row["eId"]?.text, owner != entitlementID { return nil }
        guard let id = row["aId"]?.text ?? row["id"]?.text else { return nil }
        return Activation(
            activationID: id,
            productKeyID: row["pkId"]?.text ?? row["productKey"]?["pkId"]?.text ?? row["productKeyId"]?.text ?? "",
            quantity: row["activationQuantity"]?.count ?? row["quantity"]?.count ?? 1,
            activatedAt: row["activationDate"]?.text ?? row["creationDate"]?.text,
            state: row["state"]?.text
        )
    }

    // MARK: - Filters

    /// `nil` when there is no such customer.
    ///
    /// EMS filters by id and identifier, not by external id.
    private func customerFilter(
        _ key: CustomerReference.Key?
    ) async throws(GatewayFailure) -> [(name: String, value: String)]? {
        switch key {
        case nil: return []
        case .id(let id): return [(name: "customerId", value: id)]
        case .identifier(let id): return [(name: "customerIdentifier", value: id)]
        case .externalID(let id):
            let call = EMSCall.get("customers", .externalID(id))
            guard let body = try await client.send(call).found() else { return nil }
            do throws(UnreadableAnswer) {
                let value = try TolerantJSON.read(body)
                guard let id = (value["customer"] ?? value)["id"]?.text else {
                    throw UnreadableAnswer(message: "the customer has no id")
                }
                return [(name: "customerId", value: id)]
            } catch {
                throw .unreadable(call, error)
            }
        }
    }

    private static func dateFilters(_ since: LocalDate?) -> [[(name: String, value: String)]] {
        guard let since else { return [[]] }
        let day = (since.adding(days: -1) ?? since).description
        return [[(name: "modifiedDateFrom", value: day)], [(name: "creationDateFrom", value: day)]]
    }

    // MARK: - Pages

    private func pages(
        of filters: [(name: String, value: String)],
        _ take: ([TolerantJSON]) async throws -> Void
    ) async throws {
        let query =
            filters + [
                (name: "searchPattern", value: "Exact"), (name: "embed", value: Self.embedded),
                // Rows that come while paging then come at the end.
                (name: "sortByAsc", value: "creationDate"),
            ]
        try await pages(in: "entitlements", "entitlement", of: query, take)
    }

    /// Until a page is empty: a server may give fewer rows than asked for.
    private func pages(
        in collection: String,
        _ element: String,
        of query: [(name: String, value: String)],
        _ take: ([TolerantJSON]) async throws -> Void
    ) async throws {
        var start = 0
        while true {
            let call = EMSCall.search(
                collection,
                query + [
                    (name: "pageStartIndex", value: String(start)),
                    (name: "pageSize", value: String(configuration.pageSize)),
                ]
            )
            guard let body = try await client.send(call).found() else { return }
            let rows: [TolerantJSON]
            do {
                rows = try TolerantJSON.read(body).elements(collection, element)
                guard !rows.isEmpty else { return }
                try await take(rows)
            } catch let answer as UnreadableAnswer {
                throw GatewayFailure.unreadable(call, answer)
            }
            start += rows.count
        }
    }

    // MARK: - By name

    /// Each subscription by itself, some at once; the other conditions are compared here.
    private func lookUp(
        _ filter: EntitlementFilter,
        _ page: @Sendable ([Entitlement]) async throws -> Void
    ) async throws {
        var left = filter.subscriptionIDs[...]
        var seen = Set<String>()
        while !left.isEmpty {
            let chunk = left.prefix(configuration.pageSize)
            left = left.dropFirst(chunk.count)
            let found = try await lookUp(Array(chunk), filter).filter { seen.insert($0.entitlementID).inserted }
            if !found.isEmpty { try await page(found) }
        }
    }

    private func lookUp(_ ids: [SubscriptionID], _ filter: EntitlementFilter) async throws -> [Entitlement] {
        try await withThrowingTaskGroup { group in
            var found: [Int: Entitlement] = [:]
            var next = ids.indices.makeIterator()
            func addOne(_ group: inout ThrowingTaskGroup<(Int, Entitlement?), any Error>) {
                guard let index = next.next() else { return }
                group.addTask { (index, try await look(ids[index], filter)) }
            }
            for _ in 0..<Self.lookUpsAtOnce { addOne(&group) }
            while let (index, entitlement) = try await group.next() {
                found[index] = entitlement
                addOne(&group)
            }
            return ids.indices.compactMap { found[$0] }
        }
    }

    private func look(_ id: SubscriptionID, _ filter: EntitlementFilter) async throws -> Entitlement? {
        let call = EMSCall.get("entitlements", .externalID(id.description))
        guard let body = try await client.send(call).found() else { return nil }
        do throws(UnreadableAnswer) {
            let value = try TolerantJSON.read(body)
            let row = value["entitlement"] ?? value
            let entitlement = try EntitlementReader.entitlement(row)
            guard entitlement.externalID == id.description, Self.isChanged(row, since: filter.modifiedSince) else {
                return nil
            }
            guard let key = filter.customer else { return entitlement }
            return entitlement.customer?.isNamed(by: key) ?? false ? entitlement : nil
        } catch {
            throw GatewayFailure.unreadable(call, error)
        }
    }

    private static func isChanged(_ row: TolerantJSON, since: LocalDate?) -> Bool {
        guard let since, let day = since.adding(days: -1) else { return true }
        let stamps = [row["lastModifiedDate"]?.text, row["creationDate"]?.text].compactMap(\.self)
        return stamps.isEmpty || stamps.contains { LocalDate(String($0.prefix(10))).map { $0 >= day } ?? true }
    }
}
