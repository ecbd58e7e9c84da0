public import AMQP

/// What is to become of one dead letter.
public enum LetterPlan: Hashable, Sendable {
    /// Its command gets that round: the message goes back to its queue, the letter is taken away.
    case replay(Publishing, LetterOfCommand, round: Int)
    /// The ledger doesn't know it: the message goes back to its queue, the letter is taken away.
    case republish(Publishing)
    /// It was replayed before, and its message has come: the letter is taken away.
    case takeAway(round: Int)
    /// A command with an id of its own goes in its stead, the letter is taken away.
    case replace(Publishing, id: String)
    /// The letter is taken away and nothing else.
    case discard
    /// It stays, for that reason.
    case refuse(String)

    /// In a word, for programs.
    public var word: String {
        switch self {
        case .replay: "replay"
        case .republish: "republish"
        case .takeAway: "take-away"
        case .replace: "replace"
        case .discard: "discard"
        case .refuse: "refuse"
        }
    }
}
