public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// What operators change and ask.
extension PostgresLedger {
    private var operators: OperatorCalls { OperatorCalls(queue: queue, lanes: lanes, place: place) }

    /// Opens the round after the one that ended in the letter.
    public func openRound(_ letter: LetterOfCommand, at now: Date) async throws(LedgerFailure) -> RoundVerdict {
        try await operators.openRound(letter)
    }

    /// Keeps what became of a dead letter, unless an earlier note doesn't give way.
    public func note(_ note: LetterNote) async throws(LedgerFailure) -> LetterNote {
        try await operators.note(note)
    }

    /// Ends a command's wait.
    public func release(
        _ identity: CommandIdentity,
        as resolution: Resolution,
        at now: Date
    ) async throws(LedgerFailure) -> ReleaseVerdict {
        try await operators.release(identity, as: resolution, at: now)
    }

    /// Commands of the operation are not granted from now on, by any worker.
    public func pause(_ pause: Pause) async throws(LedgerFailure) { try await operators.pause(pause) }

    /// Ends a pause; answers whether there was one.
    public func resume(_ operation: OrderOperation) async throws(LedgerFailure) -> Bool {
        try await operators.resume(operation)
    }

    /// What opening a round would answer.
    public func verdict(on letter: LetterOfCommand) async throws(LedgerFailure) -> RoundVerdict {
        try await reader.verdict(on: letter)
    }

    /// What became of a dead letter by an operator's hand.
    public func note(of key: String) async throws(LedgerFailure) -> LetterNote? { try await reader.note(of: key) }

    /// The operations that are paused, by name.
    public func pauses() async throws(LedgerFailure) -> [Pause] { try await reader.pauses() }
}
