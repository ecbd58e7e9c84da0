/// An entitlement's header; its lines are product keys in a table of their own.
struct Entitlement: Record {
    static let bareField = KeyField.id
    static let namedFields: [KeyField] = [.eId, .externalId]

    let id: String
    let eId: String
    var externalId = ""
    var refId1 = ""
    var refId2 = ""
    let createdBy: String
    let created: AuditStamp
    var lastModifiedBy: String
    var lastModified: AuditStamp
    /// False until the first change: the modified filter leaves such entitlements out, though their date is set.
    var isModified = false

    var state: EMSState = .draft
    var validity: Validity
    var customerId: String?
    var contactId: String?
    var partnerIds: [String] = []
    var productKeyIds: [String] = []
    var customAttributes = CustomAttributes()

    var isTest = false
    var entitlementAsWhole = false
    var userRegistration = "NONE"
    var activationAllowed = true
    var allowActivationBy = "ALL_USERS"
    var revocationAllowed = true
    var sendNotification = false
    var ccEmail = ""

    init(id: String, eId: String, by user: String, at now: AuditStamp) {
        self.id = id
        self.eId = eId
        createdBy = user
        created = now
        lastModifiedBy = user
        lastModified = now
        validity = Validity(start: now.date)
        // A tenant's configured attributes are answered even when they were never sent.
        for name in Seeds.entitlementAttributes { customAttributes.set(name, "") }
    }

    var keys: [RecordKey] {
        let keys = [RecordKey(.id, id), RecordKey(.eId, eId)]
        return externalId.isEmpty ? keys : keys + [RecordKey(.externalId, externalId)]
    }

    /// The plain fields; `state` isn't one, as its changes have their own endpoints.
    mutating func apply(_ fields: Fields) throws(EMSError) {
        if let value = try fields.string("externalId") { externalId = value }
        if let value = try fields.string("refId1") { refId1 = value }
        if let value = try fields.string("refId2") { refId2 = value }
        if let value = try fields.bool("isTest") { isTest = value }
        if let value = try fields.bool("entitlementAsWhole") { entitlementAsWhole = value }
        if let value = try fields.string("userRegistration") { userRegistration = value }
        if let value = try fields.bool("activationAllowed") { activationAllowed = value }
        if let value = try fields.string("allowActivationBy") { allowActivationBy = value }
        if let value = try fields.bool("revocationAllowed") { revocationAllowed = value }
        if let value = try fields.bool("sendNotification") { sendNotification = value }
        if let value = try fields.string("ccEmail") { ccEmail = value }
        try validity.apply(fields)
        try customAttributes.merge(fields)
    }

    mutating func touch(by user: String, at now: AuditStamp) {
        lastModifiedBy = user
        lastModified = now
        isModified = true
    }

    /// A disabled entitlement can't be updated, and a closed one admits nothing.
    func requireUpdatable() throws(EMSError) {
        switch state {
        case .draft, .enable: return
        case .disable, .closed:
            throw .refused(.illegalState, "An entitlement in the state \(state.rawValue) can't be updated.")
        }
    }
}
