/// How a command names a product of the catalogue.
public enum ProductReference: Hashable, Sendable, Codable {
    /// The vendor's own id of it.
    case externalID(String)
    /// The catalogue's identifier.
    case identifier(String)
    /// Name and version; the version may be empty.
    case nameVersion(name: String, version: String)
}

extension ProductReference: CustomStringConvertible {
    /// For messages to people: `externalId GC3040`, `Printer 2`.
    public var description: String {
        switch self {
        case .externalID(let id): "externalId \(id)"
        case .identifier(let id): "identifier \(id)"
        case .nameVersion(let name, let version): version.isEmpty ? name : "\(name) \(version)"
        }
    }
}

/// How a command names a customer, and what is known of it if it must be created.
public struct CustomerReference: Hashable, Sendable, Codable {
    /// The one key that finds the customer.
    public enum Key: Hashable, Sendable, Codable {
        /// The vendor's own id of it.
        case externalID(String)
        /// The identifier in EMS.
        case identifier(String)
        /// The internal id in EMS.
        case id(String)
    }

    /// The person at the customer who owns the entitlement.
    public struct Contact: Hashable, Sendable, Codable {
        /// Finds the contact.
        public var email: String
        /// Used when it must be created.
        public var name: String?

        /// Names a contact.
        public init(email: String, name: String? = nil) {
            self.email = email
            self.name = name
        }
    }

    /// Finds the customer.
    public var key: Key
    /// With a name, an unknown customer may be created.
    public var name: String?
    /// The owner of the entitlement, if any.
    public var contact: Contact?

    /// Names a customer.
    public init(key: Key, name: String? = nil, contact: Contact? = nil) {
        self.key = key
        self.name = name
        self.contact = contact
    }
}

extension CustomerReference.Key: CustomStringConvertible {
    /// For messages to people.
    public var description: String {
        switch self {
        case .externalID(let id): "externalId \(id)"
        case .identifier(let id): "identifier \(id)"
        case .id(let id): "id \(id)"
        }
    }
}

/// How a command names the partner that sold the subscription.
public enum ChannelPartnerReference: Hashable, Sendable, Codable {
    /// The identifier in EMS.
    case identifier(String)
    /// The vendor's own id of it.
    case externalID(String)
}

extension ChannelPartnerReference: CustomStringConvertible {
    /// For messages to people.
    public var description: String {
        switch self {
        case .identifier(let id): "identifier \(id)"
        case .externalID(let id): "externalId \(id)"
        }
    }
}
