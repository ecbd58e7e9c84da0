import TestKit

extension World {
    /// Two worlds of the same digest go on alike.
    var digest: Int {
        var hasher = Hasher()
        hasher.combine(view.digest(date))
        hasher.combine(heldFields)
        hasher.combine(late.map { "\($0.command) \($0.box.title) \($0.until - now)" })
        hasher.combine(missed.map { $0.until - now })
        hasher.combine(broker.digest)
        hasher.combine(workers.map(digest).sorted())
        hasher.combine(hands.filter { hand in !workers.contains { $0 === hand.worker } }.map(\.digest))
        hasher.combine([faultsUsed, edits])
        hasher.combine(isOver)
        hasher.combine(records.digest)
        return hasher.finalize()
    }

    func digest(of worker: ModelWorker) -> Int { worker.digest(hands, view, broker, owners) }
}

/// What a task brings back.
///
/// Confined to the explorer's thread, which is why it may be called sendable.
final class Reopened: @unchecked Sendable { var ledger: InMemoryLedger? }
