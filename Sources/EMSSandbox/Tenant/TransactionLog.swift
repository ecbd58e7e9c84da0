/// The audit log: what was done, by whom, with which comment.
struct TransactionLog: Codable, Sendable {
    /// Older entries are forgotten, so that a long load run doesn't fill the memory.
    static let capacity = 200_000

    private(set) var entries: [Transaction] = []
    private var nextNumber = 1

    mutating func record(_ operation: String, of type: String, _ identifiers: [String], _ call: Call) {
        if entries.count >= Self.capacity { entries.removeFirst(Self.capacity / 2) }
        entries.append(
            Transaction(
                number: nextNumber,
                operation: operation,
                entityType: type,
                entityIdentifiers: identifiers.filter { !$0.isEmpty },
                comments: call.query["comments"] ?? "",
                operatedBy: call.user,
                executedBy: call.query["executedBy"] ?? "",
                at: call.now
            )
        )
        nextNumber += 1
    }

    mutating func record(_ operation: String, of entitlement: Entitlement, _ call: Call) {
        record(operation, of: "Entitlement", [entitlement.id, entitlement.eId, entitlement.externalId], call)
    }
}
