import AMQP
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// What became of dead letters, or would: told one by one, and kept for programs.
actor LetterReport {
    /// One letter, for programs.
    struct Line: Encodable {
        var id: String?
        var source: String?
        var operation: String?
        var reason: String
        /// `replay`, `republish`, `take-away`, `replace`, `discard` or `refuse`.
        var action: String
        /// The round that the command gets.
        var round: Int?
        /// The id of the command that goes in its stead.
        var newId: String?
        /// Why it is refused.
        var detail: String?
    }

    private let isPlan: Bool
    private let isQuiet: Bool
    private(set) var lines: [Line] = []
    /// What stopped the walk.
    private(set) var failure: (any Error)?
    /// The round of the letter that was met first, by command; 0 for one without.
    private var met: [String: Int] = [:]

    init(isPlan: Bool, isQuiet: Bool) {
        self.isPlan = isPlan
        self.isQuiet = isQuiet
    }

    /// Whether something is to be done about the letter: it is the first of its command, or a copy of that one, as a worker
    /// leaves it that was killed before the letter was confirmed.
    ///
    /// A command that dies again while the walk goes on has a letter of a later round, at the queue's end; it stays.
    func meets(_ letter: KeptLetter) -> Bool {
        let name = letter.identity?.description ?? ContentDigest.sha256(letter.message.body)
        guard let first = met[name] else {
            met[name] = letter.round ?? 0
            return true
        }
        return letter.round.map { $0 <= first } ?? false
    }

    func add(_ letter: KeptLetter, _ plan: LetterPlan) {
        var line = Line(
            id: letter.id,
            source: letter.identity?.source,
            operation: letter.operation?.rawValue,
            reason: letter.reason,
            action: plan.word
        )
        switch plan {
        case .replay(_, _, let round), .takeAway(let round): line.round = round
        case .replace(_, let id): line.newId = id
        case .refuse(let reason): line.detail = reason
        case .republish, .discard: break
        }
        lines.append(line)
        if !isQuiet { Output.line("\(letter.id ?? "(no id)")  \(letter.reason)  \(words(plan))") }
    }

    func stop(_ error: any Error) { failure = error }

    private func words(_ plan: LetterPlan) -> String {
        let done =
            switch plan {
            case .replay(_, _, let round): "sent again, as round \(round)"
            case .republish: "sent again; the ledger doesn't know it, so as a first round"
            case .takeAway(let round): "taken away: the ledger has had its message already, as round \(round)"
            case .replace(_, let id): "replaced by \(id)"
            case .discard: "discarded"
            case .refuse(let reason): "refused: \(reason)"
            }
        if case .refuse = plan { return done }
        return isPlan ? "would be \(done)" : done
    }
}
