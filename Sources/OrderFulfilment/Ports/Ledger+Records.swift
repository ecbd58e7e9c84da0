public import Foundation
public import OrderMessages
public import SubscriptionLifecycle

/// Which commands an operator wants to see.
public struct OrderFilter: Hashable, Sendable {
    /// Of that subscription.
    public var subscriptionID: String?
    /// Of that operation.
    public var operation: OrderOperation?
    /// In that state.
    public var state: OrderRecord.State?
    /// At most so many, newest first.
    public var limit: Int

    /// The 50 newest unless narrowed.
    public init(
        subscriptionID: String? = nil,
        operation: OrderOperation? = nil,
        state: OrderRecord.State? = nil,
        limit: Int = 50
    ) {
        self.subscriptionID = subscriptionID
        self.operation = operation
        self.state = state
        self.limit = limit
    }
}

/// A command as the ledger shows it to operators.
public struct OrderRecord: Hashable, Sendable, Codable {
    /// Where it stands.
    public enum State: String, Hashable, Sendable, Codable, CaseIterable {
        /// Being handled.
        case inHand = "in-hand"
        /// Head of its lane, waiting for another try or for a call to settle.
        case retrying
        /// Waiting behind its lane's head.
        case behind
        /// Waiting for a predecessor, without a place.
        case premature
        /// A replay of its dead letter has opened a round, and its message hasn't come yet. It holds nobody back.
        case reopened
        /// Ended.
        case ended
    }

    /// Which command.
    public var identity: CommandIdentity
    /// What it orders.
    public var operation: OrderOperation
    /// Its lane.
    public var subscriptionID: String
    /// The version it expects.
    public var expectedVersion: Int?
    /// Where it stands.
    public var state: State
    /// What became of it, once ended.
    public var outcome: Outcome?
    /// The rejection code or dead-letter reason.
    public var code: String?
    /// A sentence: why it waits, or how it ended.
    public var detail: String?
    /// Failed attempts so far.
    public var attempts: Int
    /// 1, and one more for each replay of its dead letter.
    public var round: Int
    /// When it was first received.
    public var receivedAt: Date
    /// When it is looked at again.
    public var due: Date?
    /// When it ended.
    public var endedAt: Date?
    /// Whether its outcome was confirmed by the broker.
    public var isAnnounced: Bool
    /// What was decided.
    public var decision: Decision?
    /// Its intents, oldest first.
    public var intents: [Intent]
    /// The outcome event, as it was published.
    public var outcomeEvent: String?

    /// A command as the ledger shows it.
    public init(
        identity: CommandIdentity,
        operation: OrderOperation,
        subscriptionID: String,
        expectedVersion: Int?,
        state: State,
        outcome: Outcome?,
        code: String?,
        detail: String?,
        attempts: Int,
        round: Int,
        receivedAt: Date,
        due: Date?,
        endedAt: Date?,
        isAnnounced: Bool,
        decision: Decision?,
        intents: [Intent],
        outcomeEvent: String?
    ) {
        self.identity = identity
        self.operation = operation
        self.subscriptionID = subscriptionID
        self.expectedVersion = expectedVersion
        self.state = state
        self.outcome = outcome
        self.code = code
        self.detail = detail
        self.attempts = attempts
        self.round = round
        self.receivedAt = receivedAt
        self.due = due
        self.endedAt = endedAt
        self.isAnnounced = isAnnounced
        self.decision = decision
        self.intents = intents
        self.outcomeEvent = outcomeEvent
    }
}

/// How many commands are where.
///
/// claimed = ended + open, always.
public struct LedgerStatistics: Hashable, Sendable, Codable {
    /// Commands that ever got a claim and are still kept.
    public var claimed: Int
    /// Of them, those that have ended.
    public var ended: Int
    /// Of the open ones, how many stand where; every open state is there, if only with 0.
    public var open: [OrderRecord.State: Int]
    /// Ended, but not announced.
    public var unannounced: Int
    /// Bytes of the bodies of parked commands: retrying, behind and premature.
    public var parkedBytes: Int

    /// How many commands are where.
    public init(claimed: Int, ended: Int, open: [OrderRecord.State: Int], unannounced: Int, parkedBytes: Int) {
        self.claimed = claimed
        self.ended = ended
        self.open = open
        self.unannounced = unannounced
        self.parkedBytes = parkedBytes
    }
}
