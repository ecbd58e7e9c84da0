public import Foundation
public import OrderFulfilment
import Synchronization

/// What the conformance suite needs of a kind of ledger: one store that can be opened, and opened again.
public protocol LedgerStore: Sendable {
    /// Opens the store; the first time it is empty. A ledger opened before counts as its process having died: it is
    /// not used any more.
    func open(now: Date) async throws -> any Ledger
}

extension LedgerStore where Self == InMemoryLedgerStore {
    /// A store in memory.
    public static func inMemory(predecessorWait: Double = LedgerConformance.predecessorWait) -> InMemoryLedgerStore {
        InMemoryLedgerStore(predecessorWait: predecessorWait)
    }
}

/// A store whose ledgers are ``InMemoryLedger``s.
public final class InMemoryLedgerStore: LedgerStore {
    private let predecessorWait: Double
    private let last = Mutex<InMemoryLedger?>(nil)

    /// An empty store.
    public init(predecessorWait: Double) { self.predecessorWait = predecessorWait }

    /// Opens it.
    public func open(now: Date) async throws -> any Ledger {
        let earlier = last.withLock { $0 }
        let ledger = await earlier?.reopened(now: now) ?? InMemoryLedger(predecessorWait: predecessorWait)
        last.withLock { $0 = ledger }
        return ledger
    }
}
