import OrderMessages
import SubscriptionLifecycle

/// The calls that bring customers and contacts into being.
enum PartyWriter {
    /// `nil` when the command doesn't say enough of it.
    static func creation(of customer: CustomerReference) -> EMSCall? {
        guard let name = customer.name else { return nil }
        let key: (String, JSON)
        switch customer.key {
        case .externalID(let id): key = ("externalId", .string(id))
        case .identifier(let id): key = ("identifier", .string(id))
        case .id: return nil
        }
        return .post("customers", ["customer": ["name": .string(name), "state": "ENABLE", key.0: key.1]])
    }

    /// EMS wants a password; nobody is told it, the contact sets another by "forgotten password".
    static func creation(
        of contact: CustomerReference.Contact,
        of customer: CustomerReference,
        password: String
    ) -> EMSCall {
        let body: JSON = [
            "contact": [
                "name": .string(contact.name ?? contact.email),
                "emailId": .string(contact.email),
                "password": .string(password),
                "contactType": "Standard",
                "state": "ENABLE",
                "customer": EntitlementWriter.customer(customer.key),
            ]
        ]
        return .post("contacts", body)
    }
}
