/// A licence that was generated for a product key, taking from its available quantity.
struct Activation: Record {
    static let bareField = KeyField.id
    static let namedFields: [KeyField] = [.aId]

    let id: String
    let aId: String
    let productKeyId: String
    let entitlementId: String
    let quantity: Int
    let activateeEmailId: String
    let comments: String
    let created: AuditStamp

    var keys: [RecordKey] { [RecordKey(.id, id), RecordKey(.aId, aId)] }
}
