/// A line item of an entitlement.
struct ProductKey: Record {
    static let bareField = KeyField.pkId
    static let namedFields: [KeyField] = []

    let id: String
    let pkId: String
    let entitlementId: String
    var productId: String
    var externalId = ""
    let created: AuditStamp
    var lastModified: AuditStamp
    var state: EMSState
    var validity: Validity
    var totalQuantity = 1
    var activatedQuantity = 0
    var activationMethod = "FIXED"
    var fixedQuantity: Int? = 1
    var customAttributes = CustomAttributes()

    var availableQuantity: Int { totalQuantity - activatedQuantity }

    init(id: String, pkId: String, entitlementId: String, productId: String, state: EMSState, at now: AuditStamp) {
        self.id = id
        self.pkId = pkId
        self.entitlementId = entitlementId
        self.productId = productId
        self.state = state
        created = now
        lastModified = now
        validity = Validity(start: now.date)
    }

    var keys: [RecordKey] {
        let keys = [RecordKey(.id, id), RecordKey(.pkId, pkId)]
        return externalId.isEmpty ? keys : keys + [RecordKey(.externalId, externalId)]
    }

    /// The plain fields, without quantity, state and product.
    ///
    /// Sent `availableQuantity` and `splittedQuantity` are ignored.
    mutating func apply(_ fields: Fields) throws(EMSError) {
        if let value = try fields.string("externalId") { externalId = value }
        if let value = try fields.string("activationMethod"), !value.isEmpty { activationMethod = value }
        if let value = try fields.integerOrText("fixedQuantity") { fixedQuantity = value }
        if activationMethod == "FIXED", fixedQuantity == nil {
            throw .refused(.missing, "The activation method FIXED needs fixedQuantity.")
        }
        try validity.apply(fields)
        try customAttributes.merge(fields)
    }

    /// The quantity of a new line, or of one in a draft: what is sent is the total.
    mutating func setQuantity(_ fields: Fields) throws(EMSError) {
        guard let total = try fields.integer("totalQuantity") else { return }
        guard total >= 1 else { throw .refused(.quantity, "totalQuantity must be at least 1, not \(total).") }
        totalQuantity = total
    }

    /// The quantity of a line whose entitlement is enabled: what is sent is ADDED to the total.
    mutating func addQuantity(_ fields: Fields) throws(EMSError) {
        guard let delta = try fields.integer("totalQuantity") else { return }
        let total = totalQuantity + delta
        guard total >= 0 else { throw .refused(.quantity, "The quantity would become \(total).") }
        guard total <= 1_000_000_000 else { throw .refused(.quantity, "The quantity \(total) is out of range.") }
        guard total >= activatedQuantity else {
            throw .refused(.quantity, "The quantity would become \(total), and \(activatedQuantity) are activated.")
        }
        totalQuantity = total
    }
}
