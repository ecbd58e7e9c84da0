public import AMQP
public import Foundation
public import OrderMessages
import SubscriptionLifecycle

/// Sends dead letters again, one at a time.
///
/// The order is what makes it safe to be killed anywhere: the ledger opens the round, the message is published and
/// confirmed, and only then does the caller acknowledge the letter. Whoever comes again with a letter that is still there
/// meets the same round: either nothing has come of it yet, and it is published once more (the ledger takes one of the
/// two), or it has, and the letter is only taken away.
public struct Replayer: Sendable {
    private let topology: OrderTopology
    private let translator: Translator
    private let ledger: any LedgerQueries
    private let desk: any OperatorDesk
    private let publisher: any Publisher
    /// Who does it, and why.
    private let by: String
    private let reason: String?
    private let now: @Sendable () -> Date

    /// Asks the ledger through `ledger`, changes it through `desk`.
    public init(
        topology: OrderTopology,
        translator: Translator,
        ledger: any LedgerQueries,
        desk: any OperatorDesk,
        publisher: any Publisher,
        by: String,
        reason: String? = nil,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.topology = topology
        self.translator = translator
        self.ledger = ledger
        self.desk = desk
        self.publisher = publisher
        self.by = by
        self.reason = reason
        self.now = now
    }

    /// What would become of the letter; nothing is written.
    public func plan(_ letter: KeptLetter, edit: LetterEdit? = nil) async throws -> LetterPlan {
        if let note = try await ledger.note(of: letter.key), let id = note.replacement, edit?.id(for: letter) != id {
            return .refuse("\(note.by) has replaced it by \(id) already; discard it")
        }
        if let edit { return try edit.plan(for: letter, topology) }
        if let obstacle = letter.obstacle { return .refuse(obstacle) }
        guard let operation = letter.operation else { return .refuse("its operation can't be told") }
        let again = republishing(letter, to: operation)
        guard let command = letterOfCommand(letter, operation) else { return .republish(again) }
        return plan(try await ledger.verdict(on: command), again, command)
    }

    private func plan(_ verdict: RoundVerdict, _ again: Publishing, _ command: LetterOfCommand) -> LetterPlan {
        switch verdict {
        case .open(let round): .replay(again, command, round: round)
        case .taken(let round): .takeAway(round: round)
        case .unknown: .republish(again)
        case .refused(let reason): .refuse(reason)
        }
    }

    /// Does all that comes before the letter's acknowledgement; answers with the plan as it was carried out.
    ///
    /// A letter whose plan is refused must stay.
    public func carryOut(_ plan: LetterPlan, _ letter: KeptLetter) async throws -> LetterPlan {
        switch plan {
        case .refuse: return plan
        case .takeAway: return plan
        case .discard:
            _ = try await note(letter, .discarded)
            return plan
        case .republish(let publishing):
            try await send(publishing)
            _ = try await note(letter, .replayed)
            return plan
        case .replace(let publishing, let id):
            let note = try await note(letter, .replaced, replacement: id)
            guard note.replacement == id else {
                return .refuse("\(note.by) has replaced it by \(note.replacement ?? "another") already; discard it")
            }
            try await send(publishing)
            return plan
        case .replay(let publishing, let command, _):
            guard case .round(let verdict) = try await desk.perform(.openRound(command)) else {
                throw UnexpectedAnswer()
            }
            CrashPoint.roundOpened.reach(publishing)
            // Between plan and opening somebody may have been faster: what the ledger says now counts.
            let actual = self.plan(verdict, publishing, command)
            switch actual {
            case .replay, .republish:
                try await send(publishing)
                _ = try await note(letter, .replayed)
            case .takeAway, .refuse, .replace, .discard: break
            }
            return actual
        }
    }

    private func send(_ publishing: Publishing) async throws {
        try await publisher.publish(publishing)
        CrashPoint.letterPublished.reach(publishing)
    }

    private func note(
        _ letter: KeptLetter,
        _ fate: LetterNote.Fate,
        replacement: String? = nil
    ) async throws -> LetterNote {
        let note = LetterNote(
            key: letter.key,
            commandID: letter.id,
            fate: fate,
            replacement: replacement,
            by: by,
            at: now(),
            reason: reason
        )
        guard case .note(let standing) = try await desk.perform(.note(note)) else { throw UnexpectedAnswer() }
        return standing
    }

    /// The message as it was published, without what explains its death.
    private func republishing(_ letter: KeptLetter, to operation: OrderOperation) -> Publishing {
        var properties = letter.message.properties.strippedForRepublish
        properties.headers.fields.removeAll { $0.name.hasPrefix("dead-letter-") }
        properties.headers[KeptLetter.roundHeader] = .integer(Int64((letter.round ?? 1) + 1))
        return Publishing(
            exchange: topology.commands,
            routingKey: RoutingKey(operation.rawValue),
            properties: properties,
            body: letter.message.body
        )
    }

    /// `nil` for what never gets a claim: what can't be understood, reads and dry runs.
    private func letterOfCommand(_ letter: KeptLetter, _ operation: OrderOperation) -> LetterOfCommand? {
        guard let order = try? translator.translate(WireMessage(letter.message), from: operation),
            case .change(let command) = order.command, !order.envelope.isDryRun
        else { return nil }
        return LetterOfCommand(
            identity: order.envelope.identity,
            fingerprint: order.fingerprint,
            subscriptionID: command.subscriptionID.description,
            round: letter.round,
            time: letter.time
        )
    }

    /// Whoever answers for the ledger speaks another language.
    private struct UnexpectedAnswer: Error, CustomStringConvertible {
        var description: String { "the worker's answer is of another release; run the order-worker of that release" }
    }
}
