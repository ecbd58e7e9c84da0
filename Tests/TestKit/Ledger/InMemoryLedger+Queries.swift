import AMQP
public import OrderFulfilment
public import OrderMessages

extension InMemoryLedger {
    /// The newest commands first, narrowed.
    public func orders(matching filter: OrderFilter) throws(LedgerFailure) -> [OrderRecord] {
        try checkOpen()
        let records = rows.reversed().map(\.record).filter { record in
            (filter.subscriptionID.map { $0 == record.subscriptionID } ?? true)
                && (filter.operation.map { $0 == record.operation } ?? true)
                && (filter.state.map { $0 == record.state } ?? true)
        }
        return Array(records.prefix(max(0, filter.limit)))
    }

    /// Every command of that id, newest first.
    public func orders(withID id: String) throws(LedgerFailure) -> [OrderRecord] {
        try checkOpen()
        return rows.reversed().map(\.record).filter { $0.identity.id == id }
    }

    /// What is kept of how a command came to its end.
    public func caseFile(of identity: CommandIdentity) throws(LedgerFailure) -> CaseFile? {
        try checkOpen()
        return rows.first { $0.request.identity == identity }?.caseFile
    }

    /// How many commands are where.
    public func statistics() throws(LedgerFailure) -> LedgerStatistics {
        try checkOpen()
        let open: [OrderRecord.State] = [.inHand, .retrying, .behind, .premature, .reopened]
        let parked = rows.filter { [.retrying, .behind, .premature].contains($0.state) }
        return LedgerStatistics(
            claimed: rows.count,
            ended: rows.count { $0.state == .ended },
            open: Dictionary(uniqueKeysWithValues: open.map { state in (state, rows.count { $0.state == state }) }),
            unannounced: rows.count { $0.state == .ended && !$0.isAnnounced },
            parkedBytes: parked.map(\.request.message.body.count).reduce(0, +)
        )
    }
}
