/// A channel partner.
struct Partner: Record {
    static let bareField = KeyField.id
    static let namedFields: [KeyField] = [.identifier, .externalId]

    let id: String
    var name: String
    var identifier: String
    var externalId: String
    var state: EMSState = .enable
    let created: AuditStamp

    var keys: [RecordKey] {
        let keys = [RecordKey(.id, id), RecordKey(.identifier, identifier)]
        return externalId.isEmpty ? keys : keys + [RecordKey(.externalId, externalId)]
    }
}
