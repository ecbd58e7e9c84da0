/// A user on the customer's side.
struct Contact: Record {
    static let bareField = KeyField.id
    static let namedFields: [KeyField] = [.emailId]

    let id: String
    var name = ""
    var emailId = ""
    var externalId = ""
    var phoneNumber = ""
    var refId1 = ""
    var refId2 = ""
    var contactType = "Standard"
    var state: EMSState = .enable
    var customerId: String?
    let created: AuditStamp
    /// Nil until the first change.
    var lastModified: AuditStamp?
    var customAttributes = CustomAttributes()

    init(id: String, at now: AuditStamp) {
        self.id = id
        created = now
    }

    var keys: [RecordKey] { [RecordKey(.id, id), RecordKey(.emailId, emailId)] }

    mutating func apply(_ fields: Fields) throws(EMSError) {
        if let value = try fields.string("name") { name = value }
        if let value = try fields.string("emailId") { emailId = value }
        if let value = try fields.string("externalId") { externalId = value }
        if let value = try fields.string("phoneNumber") { phoneNumber = value }
        if let value = try fields.string("refId1") { refId1 = value }
        if let value = try fields.string("refId2") { refId2 = value }
        if let value = try fields.string("contactType"), !value.isEmpty { contactType = value }
        if let value = try fields.state() { state = value }
        try customAttributes.merge(fields)
        guard !name.isEmpty else { throw .refused(.missing, "A contact needs a name.") }
        guard emailId.contains("@") else { throw .refused(.missing, "A contact needs an emailId.") }
    }
}
