public import OrderMessages

/// Whether a dead letter may run again: pure, and the same for every ledger.
public enum RoundRule {
    /// How the ledger has the command of a letter.
    public struct Standing: Hashable, Sendable {
        /// Whether its content is the letter's.
        public var isSameContent: Bool
        /// Where it stands.
        public var state: OrderRecord.State
        /// How it ended.
        public var outcome: Outcome?
        /// Its round.
        public var round: Int
        /// Whether its outcome was confirmed.
        public var isAnnounced: Bool
        /// The version that it builds on, where it says one.
        public var expectedVersion: Int?
        /// The subscription's version now; 0 when the ledger has never seen it.
        public var version: Int

        /// Whether the version that it builds on is still to come, or there now: then it can't be superseded.
        var isInTime: Bool { expectedVersion.map { $0 >= version } ?? false }

        /// How the ledger has it.
        public init(
            isSameContent: Bool,
            state: OrderRecord.State,
            outcome: Outcome?,
            round: Int,
            isAnnounced: Bool,
            expectedVersion: Int? = nil,
            version: Int = 0
        ) {
            self.isSameContent = isSameContent
            self.state = state
            self.outcome = outcome
            self.round = round
            self.isAnnounced = isAnnounced
            self.expectedVersion = expectedVersion
            self.version = version
        }
    }

    /// Judges a letter.
    ///
    /// `standing` is `nil` when the ledger doesn't know the command. `laterID` is the id of a command of the same
    /// subscription that came later than it and has changed the subscription since it ended (or, when the ledger doesn't
    /// know it, since the letter's time). One that says which version it expects, and is in time for it, is not superseded by
    /// commands that came later but belong before it.
    public static func verdict(on letter: LetterOfCommand, _ standing: Standing?, laterID: String?) -> RoundVerdict {
        guard let standing else { return laterID.map { superseded(letter, by: $0) } ?? .unknown }
        guard standing.isSameContent else {
            return .refused(
                "its id belongs to another command of that source; replay it with --edit, which gives it an id of its own"
            )
        }
        let ended = min(letter.round ?? standing.round, standing.round)
        if standing.state == .reopened { return .open(round: standing.round) }
        if standing.round > ended { return .taken(round: standing.round) }
        switch (standing.state, standing.outcome) {
        case (.ended, .deadLettered):
            guard standing.isAnnounced else {
                return .refused("its outcome is not announced yet; try again in a moment")
            }
            guard let laterID, !standing.isInTime else { return .open(round: standing.round + 1) }
            return superseded(letter, by: laterID)
        // A letter that never had a claim, of a command that came once more, by a replay that broke off for one: the
        // ledger has all of it.
        case (_, _) where letter.round == nil: return .taken(round: standing.round)
        case (.ended, let outcome):
            return .refused("it has ended as \(outcome?.rawValue ?? "unknown"): nothing is left to be done; discard it")
        case (let state, _):
            return .refused("the worker has it still (\(state.rawValue)) and will finish it; discard the letter")
        }
    }

    private static func superseded(_ letter: LetterOfCommand, by id: String) -> RoundVerdict {
        .refused(
            "superseded: \(id) has changed \(letter.subscriptionID) since; replay it with --edit under a new id, or discard it"
        )
    }
}
