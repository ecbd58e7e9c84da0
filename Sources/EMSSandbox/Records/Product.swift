/// A product of the catalogue, with one feature.
struct Product: Record {
    static let bareField = KeyField.id
    static let namedFields: [KeyField] = [.identifier, .externalId, .nameVersion]

    let id: String
    var name: String
    var version: String
    var identifier: String
    var externalId: String
    var description = ""
    var state: EMSState
    var featureId: String
    var featureName: String
    /// A number, where a product's is text.
    var featureIdentifier: Int
    let created: AuditStamp

    var keys: [RecordKey] {
        let keys = [
            RecordKey(.id, id), RecordKey(.identifier, identifier),
            RecordKey(.nameVersion, Self.nameVersionKey(name: name, version: version)),
        ]
        return externalId.isEmpty ? keys : keys + [RecordKey(.externalId, externalId)]
    }

    /// One text for both, with a separator that stands in neither.
    static func nameVersionKey(name: String, version: String) -> String { "\(name)\u{0}\(version)" }
}
