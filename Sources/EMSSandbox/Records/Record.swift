/// What the fields that address a record are called in paths.
enum KeyField: String, Sendable {
    case id, eId, pkId, aId, externalId, identifier, emailId, name, nameVersion
}

/// One value that addresses a record.
struct RecordKey: Sendable, Hashable {
    var field: KeyField
    var value: String

    init(_ field: KeyField, _ value: String) {
        self.field = field
        self.value = value
    }
}

/// Something that is kept in a table.
protocol Record: Codable, Sendable {
    /// What a bare key in a path is.
    static var bareField: KeyField { get }
    /// The fields that `field=value` may name in a path.
    static var namedFields: [KeyField] { get }

    var id: String { get }
    /// All that addresses the record and so is unique; empty values are exempt and left out.
    var keys: [RecordKey] { get }
}
