import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// The parties and products that entitlements name: looks them up, and creates customers and contacts.
struct Registry: Sendable {
    let client: EMSClient
    let configuration: EMSConfiguration
    let recent: RecentFinds
    let arrivals: Arrivals

    // MARK: - Look-ups

    /// Whether a product can be put on an entitlement.
    func finding(of product: ProductReference) async throws(GatewayFailure) -> Findings.ProductFinding {
        let call = EMSCall.get("products", product.key)
        if recent.contains(call.path) { return .enabled }
        guard let value = try await read(call) else { return .missing }
        let state = (value["product"] ?? value)["state"]?.text ?? "unknown"
        guard state.uppercased() == "ENABLE" else { return .notEnabled(state: state) }
        recent.insert(call.path)
        return .enabled
    }

    /// Whether the customer is there, with a contact that is or may be created.
    func finding(of customer: CustomerReference) async throws(GatewayFailure) -> Findings.PartyFinding {
        if let contact = customer.contact, !configuration.createsContacts,
            try await !exists(.get("contacts", .email(contact.email)))
        {
            return .missing(because: "contact \(contact.email) is unknown, and contacts are not created here")
        }
        if try await exists(.get("customers", customer.key.resource)) { return .found }
        if case .id = customer.key { return .missing(because: "customer \(customer.key) is unknown") }
        guard customer.name != nil else {
            return .missing(
                because: "customer \(customer.key) is unknown, and the command gives no name to create it with"
            )
        }
        guard configuration.createsCustomers else {
            return .missing(because: "customer \(customer.key) is unknown, and customers are not created here")
        }
        return .willBeCreated
    }

    /// Whether the contact is there.
    func finding(of contact: CustomerReference.Contact) async throws(GatewayFailure) -> Findings.PartyFinding {
        try await exists(.get("contacts", .email(contact.email))) ? .found : .willBeCreated
    }

    /// Whether the partner is there.
    func finding(of partner: ChannelPartnerReference) async throws(GatewayFailure) -> Findings.PartyFinding {
        finding(of: partner, try await find(partner))
    }

    /// What it means that this was found.
    func finding(of partner: ChannelPartnerReference, _ found: Entitlement.Party?) -> Findings.PartyFinding {
        found == nil ? .missing(because: "channel partner \(partner) is unknown") : .found
    }

    /// The partner.
    ///
    /// No path form for partners is documented, so it is searched for, and compared here.
    func find(_ partner: ChannelPartnerReference) async throws(GatewayFailure) -> Entitlement.Party? {
        let filter: (name: String, value: String) =
            switch partner {
            case .identifier(let id): (name: "identifier", value: id)
            case .externalID(let id): (name: "externalId", value: id)
            }
        let call = EMSCall.search("partners", [filter, (name: "searchPattern", value: "Exact")])
        let parties = try await read(call)?.elements("partners", "partner").map(EntitlementReader.party)
        return parties?.first { party in
            switch partner {
            case .identifier(let id): party.identifier == id
            case .externalID(let id): party.externalID == id
            }
        }
    }

    // MARK: - Creation

    /// Makes sure that the customer and its contact are there.
    ///
    /// Neither is undone when what follows fails. `keys` are those of the command that needs them.
    func ensure(_ customer: CustomerReference, _ keys: any IntentLog) async throws(GatewayFailure) {
        let creation = configuration.createsCustomers ? PartyWriter.creation(of: customer) : nil
        try await ensure(.get("customers", customer.key.resource), creating: creation, keys)
        guard let contact = customer.contact else { return }
        let password = Self.randomPassword()
        let contactCreation =
            configuration.createsContacts
            ? PartyWriter.creation(of: contact, of: customer, password: password) : nil
        try await ensure(.get("contacts", .email(contact.email)), creating: contactCreation, keys)
    }

    /// A party that an entitlement names may be gone: the next ``ensure(_:)`` looks again.
    ///
    /// Answers whether that could matter.
    func forget(_ customer: CustomerReference) -> Bool {
        let wasCustomer = recent.remove(EMSCall.get("customers", customer.key.resource).path)
        let wasContact = customer.contact.map { recent.remove(EMSCall.get("contacts", .email($0.email)).path) } ?? false
        return wasCustomer || wasContact
    }

    private func ensure(
        _ look: EMSCall,
        creating call: EMSCall?,
        _ keys: any IntentLog
    ) async throws(GatewayFailure) {
        if recent.contains(look.path) { return }
        // In one process, many orders for a new customer must not create it several times.
        try await arrivals.once(look.path) { () async throws(GatewayFailure) in
            guard let call else {
                if try await exists(look) { return }
                let refusal = EMSRefusal(status: 404, errorCode: nil, description: "\(look.path) is not there")
                throw .refused(refusal)
            }
            try await Creation(registry: self, look: look, call: call, keys: keys).run()
        }
    }

    private static func randomPassword() -> String {
        let alphabet = Array("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789")
        // The beginning has one of each kind that a password policy may ask for.
        return "Aa1!" + String((0..<28).compactMap { _ in alphabet.randomElement() })
    }

    // MARK: - Calls

    func exists(_ call: EMSCall) async throws(GatewayFailure) -> Bool {
        if recent.contains(call.path) { return true }
        guard try await client.send(call).found() != nil else { return false }
        recent.insert(call.path)
        return true
    }

    private func read(_ call: EMSCall) async throws(GatewayFailure) -> TolerantJSON? {
        guard let body = try await client.send(call).found() else { return nil }
        do throws(UnreadableAnswer) {
            return try TolerantJSON.read(body)
        } catch {
            throw .unreadable(call, error)
        }
    }
}

extension ProductReference {
    /// The form of a path that finds it.
    fileprivate var key: ResourceKey {
        switch self {
        case .externalID(let id): .externalID(id)
        case .identifier(let id): .identifier(id)
        case .nameVersion(let name, let version): .nameVersion(name: name, version: version)
        }
    }
}

extension CustomerReference.Key {
    /// The form of a path that finds it.
    var resource: ResourceKey {
        switch self {
        case .externalID(let id): .externalID(id)
        case .identifier(let id): .identifier(id)
        case .id(let id): .id(id)
        }
    }
}
