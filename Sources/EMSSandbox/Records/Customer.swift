/// A customer of the vendor.
struct Customer: Record {
    static let bareField = KeyField.id
    static let namedFields: [KeyField] = [.identifier, .externalId]

    let id: String
    var name = ""
    var identifier: String
    var externalId = ""
    var description = ""
    var refId = ""
    var crmId = ""
    var timeZoneId = "UTC"
    var state: EMSState = .enable
    let created: AuditStamp
    /// Nil until the first change.
    var lastModified: AuditStamp?
    var contactIds: [String] = []
    var customAttributes = CustomAttributes()

    init(id: String, identifier: String, at now: AuditStamp) {
        self.id = id
        self.identifier = identifier
        created = now
    }

    var keys: [RecordKey] {
        let keys = [RecordKey(.id, id), RecordKey(.identifier, identifier)]
        return externalId.isEmpty ? keys : keys + [RecordKey(.externalId, externalId)]
    }

    mutating func apply(_ fields: Fields) throws(EMSError) {
        if let value = try fields.string("name") { name = value }
        if let value = try fields.string("identifier"), !value.isEmpty { identifier = value }
        if let value = try fields.string("externalId") { externalId = value }
        if let value = try fields.string("description") { description = value }
        if let value = try fields.string("refId") { refId = value }
        if let value = try fields.string("crmId") { crmId = value }
        if let value = try fields.string("timeZoneId"), !value.isEmpty { timeZoneId = value }
        if let value = try fields.state() { state = value }
        try customAttributes.merge(fields)
        guard !name.isEmpty else { throw .refused(.missing, "A customer needs a name.") }
    }
}
