public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// What operators change and ask.
extension SQLiteLedger {
    /// Opens the round after the one that ended in the letter.
    public func openRound(_ letter: LetterOfCommand, at now: Date) async throws(LedgerFailure) -> RoundVerdict {
        try await write { try $0.openRound(letter, at: now) }
    }

    /// Keeps what became of a dead letter, unless an earlier note doesn't give way.
    public func note(_ note: LetterNote) async throws(LedgerFailure) -> LetterNote {
        try await write { try $0.note(note) }
    }

    /// Ends a command's wait.
    public func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) async throws(LedgerFailure) -> ReleaseVerdict {
        try await write { try $0.release(identity, as: resolution, at: now) }
    }

    /// Commands of the operation are not granted from now on.
    public func pause(_ pause: Pause) async throws(LedgerFailure) {
        try await write { try $0.pause(pause) }
    }

    /// Ends a pause; answers whether there was one.
    public func resume(_ operation: OrderOperation) async throws(LedgerFailure) -> Bool {
        try await write { try $0.resume(operation) }
    }

    /// What opening a round would answer.
    public func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        try await write { try LetterQueries.verdict($0.database, on: letter) }
    }

    /// What became of a dead letter by an operator's hand.
    public func note(of key: String) async throws(LedgerFailure) -> LetterNote? {
        try await write { try LetterQueries.note($0.database, of: key) }
    }

    /// The operations that are paused, by name.
    public func pauses() async throws(LedgerFailure) -> [Pause] {
        try await write { try LetterQueries.pauses($0.database) }
    }
}
