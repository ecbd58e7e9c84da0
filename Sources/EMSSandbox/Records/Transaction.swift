/// An entry of the audit log.
struct Transaction: Codable, Sendable {
    let number: Int
    let operation: String
    let entityType: String
    /// Everything that the entity is found by.
    let entityIdentifiers: [String]
    let comments: String
    let operatedBy: String
    let executedBy: String
    let at: AuditStamp
}
