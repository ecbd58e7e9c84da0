public import Foundation
import Logging
public import OrderMessages
public import SubscriptionLifecycle

/// What an operator's command asks of the ledger, wherever that is.
public enum OperatorRequest: Hashable, Sendable, Codable {
    /// Open the round after a dead letter's.
    case openRound(LetterOfCommand)
    /// Keep what became of a dead letter.
    case note(LetterNote)
    /// End a command's wait.
    case release(CommandIdentity, as: Resolution)
    /// Begin no more commands of an operation.
    case pause(Pause)
    /// Begin them again.
    case resume(OrderOperation)
}

/// What the ledger says to it.
public enum OperatorAnswer: Hashable, Sendable, Codable {
    /// To an opening.
    case round(RoundVerdict)
    /// To a note: the one that stands.
    case note(LetterNote)
    /// To a release.
    case released(ReleaseVerdict)
    /// To a pause.
    case paused
    /// To a resumption: whether it was paused.
    case resumed(wasPaused: Bool)
}

/// Whoever does what operators ask: the ledger itself, or the worker that has it.
public protocol OperatorDesk: Sendable {
    /// Does it, durably.
    func perform(_ request: OperatorRequest) async throws -> OperatorAnswer
}

/// The desk over a ledger that this process may write.
public struct LedgerDesk: OperatorDesk {
    private let ledger: any OperatorLedger
    private let now: @Sendable () -> Date

    /// Over that ledger.
    public init(_ ledger: any OperatorLedger, now: @escaping @Sendable () -> Date = { Date() }) {
        self.ledger = ledger
        self.now = now
    }

    /// Does it, durably.
    public func perform(_ request: OperatorRequest) async throws -> OperatorAnswer {
        switch request {
        case .openRound(let letter): return .round(try await ledger.openRound(letter, at: now()))
        case .note(let note): return .note(try await ledger.note(note))
        case .release(let identity, let resolution):
            return .released(try await ledger.release(identity, as: resolution, at: now()))
        case .pause(let pause):
            try await ledger.pause(pause)
            return .paused
        case .resume(let operation): return .resumed(wasPaused: try await ledger.resume(operation))
        }
    }
}

extension OrderConsumer: OperatorDesk {
    /// Does it, durably, and goes by it at once.
    public func perform(_ request: OperatorRequest) async throws -> OperatorAnswer {
        let answer = try await LedgerDesk(line.ledger, now: line.timekeeper.now).perform(request)
        line.logger.notice("operator", metadata: ["request": "\(request)", "answer": "\(answer)"])
        await PauseKeeper(line: line).look()
        line.wakeSignal.signal()
        return answer
    }
}
