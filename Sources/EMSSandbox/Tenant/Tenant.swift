import Foundation

/// All that one EMS tenant knows: a value, changed only by its endpoints.
///
/// Every change is checked completely before anything is put into a table, so a refused call leaves nothing behind.
struct Tenant: Codable, Sendable {
    var entitlements = Table<Entitlement>()
    var productKeys = Table<ProductKey>()
    var customers = Table<Customer>()
    var contacts = Table<Contact>()
    var products = Table<Product>()
    var partners = Table<Partner>()
    var activations = Table<Activation>()
    var transactions = TransactionLog()
    /// How many entitlements name a customer or contact, which then can't be deleted.
    var references: [String: Int] = [:]

    static func newId() -> String { UUID().uuidString.lowercased() }

    /// Puts a changed header into its table, and keeps count of whom it names.
    mutating func store(_ entitlement: Entitlement) {
        let before = entitlements[.id, entitlement.id]
        count(before?.customerId, -1)
        count(before?.contactId, -1)
        count(entitlement.customerId, 1)
        count(entitlement.contactId, 1)
        entitlements.put(entitlement)
    }

    mutating func discard(_ entitlement: Entitlement) {
        count(entitlement.customerId, -1)
        count(entitlement.contactId, -1)
        for id in entitlement.productKeyIds {
            if let productKey = productKeys[.id, id] { productKeys.remove(productKey) }
        }
        entitlements.remove(entitlement)
    }

    private mutating func count(_ id: String?, _ change: Int) {
        guard let id else { return }
        let total = (references[id] ?? 0) + change
        references[id] = total > 0 ? total : nil
    }

    func lines(of entitlement: Entitlement) -> [ProductKey] {
        entitlement.productKeyIds.compactMap { productKeys[.id, $0] }
    }
}
