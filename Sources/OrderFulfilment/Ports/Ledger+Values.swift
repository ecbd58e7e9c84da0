public import AMQP
public import Foundation
public import OrderMessages
public import SubscriptionLifecycle

/// What is known of a subscription besides what EMS holds.
public struct KnownSubscription: Hashable, Sendable, Codable {
    /// Counts its successful changes, from 1.
    public var version: Int
    /// Trial or paid.
    public var kind: Subscription.Kind
    /// Whether it is marked to end with its term.
    public var endsWithTerm: Bool

    /// What is known of a subscription.
    public init(version: Int, kind: Subscription.Kind, endsWithTerm: Bool) {
        self.version = version
        self.kind = kind
        self.endsWithTerm = endsWithTerm
    }
}

/// A command that asks for its turn.
public struct ClaimRequest: Hashable, Sendable {
    /// Which command.
    public var identity: CommandIdentity
    /// SHA-256 over type and canonical data, in lower-case hexadecimal digits.
    public var fingerprint: String
    /// What it orders.
    public var operation: OrderOperation
    /// Its lane.
    public var subscriptionID: SubscriptionID
    /// The version it expects.
    public var expectedVersion: Int?
    /// The message as it was delivered, kept until the command has ended and that was announced.
    public var message: Message
    /// When it was received.
    public var receivedAt: Date

    /// A command that asks for its turn.
    public init(
        identity: CommandIdentity,
        fingerprint: String,
        operation: OrderOperation,
        subscriptionID: SubscriptionID,
        expectedVersion: Int?,
        message: Message,
        receivedAt: Date
    ) {
        self.identity = identity
        self.fingerprint = fingerprint
        self.operation = operation
        self.subscriptionID = subscriptionID
        self.expectedVersion = expectedVersion
        self.message = message
        self.receivedAt = receivedAt
    }
}

/// What the ledger says to a command that asks for its turn.
public enum ClaimAnswer: Hashable, Sendable {
    /// It is its turn: a fresh command, or one that goes on with its decision.
    case granted(Grant)
    /// It ended before: publish the same bytes again.
    case replay(StoredOutcome)
    /// It is being handled now, by this worker.
    case inHand
    /// It is safe in the ledger: it waits behind its lane's head, for a retry or for a predecessor, or another worker
    /// has it in hand.
    case parked
    /// The same identity came with other content before.
    case conflict
}

/// The right to handle one command, until its fence is passed.
public struct Claim: Hashable, Sendable {
    /// Which command.
    public var identity: CommandIdentity
    /// Its lane.
    public var subscriptionID: SubscriptionID
    /// 1, and one more for each replay of its dead letter.
    public var round: Int
    /// Grows with each grant; a smaller one is void.
    public var fence: Int64

    /// A claim.
    public init(identity: CommandIdentity, subscriptionID: SubscriptionID, round: Int, fence: Int64) {
        self.identity = identity
        self.subscriptionID = subscriptionID
        self.round = round
        self.fence = fence
    }
}

/// A claim with all that the ledger knows of the command and its subscription.
public struct Grant: Hashable, Sendable {
    /// The right to handle it.
    public var claim: Claim
    /// `nil` when the ledger has never seen the subscription.
    public var known: KnownSubscription?
    /// Set when it was decided before.
    public var decision: Decision?
    /// Its intents so far, oldest first.
    public var intents: [Intent]
    /// Failed attempts so far.
    public var attempts: Int
    /// Whether it may still wait for a predecessor.
    public var patience: Patience
    /// When it was first received.
    public var receivedAt: Date
    /// Whether an operator has said that EMS has it.
    public var isDeclaredApplied: Bool

    /// A granted claim.
    public init(
        claim: Claim,
        known: KnownSubscription?,
        decision: Decision? = nil,
        intents: [Intent] = [],
        attempts: Int = 0,
        patience: Patience = .left,
        receivedAt: Date,
        isDeclaredApplied: Bool = false
    ) {
        self.claim = claim
        self.known = known
        self.decision = decision
        self.intents = intents
        self.attempts = attempts
        self.patience = patience
        self.receivedAt = receivedAt
        self.isDeclaredApplied = isDeclaredApplied
    }
}

/// A command whose time has come, claimed, with its stored message.
public struct WokenCommand: Hashable, Sendable {
    /// The right to handle it.
    public var grant: Grant
    /// What it orders.
    public var operation: OrderOperation
    /// The message as it was delivered.
    public var message: Message

    /// A woken command.
    public init(grant: Grant, operation: OrderOperation, message: Message) {
        self.grant = grant
        self.operation = operation
        self.message = message
    }
}

/// How a command ended, with all that must be published for it, in order.
public struct Ending: Hashable, Sendable {
    /// What became of it.
    public var outcome: Outcome
    /// The rejection code or dead-letter reason; `nil` for a success.
    public var code: String?
    /// A sentence for operators.
    public var detail: String?
    /// What must be published: for a dead letter the letter first; the outcome event last.
    public var publishings: [Publishing]
    /// What is now known of the subscription; `nil` leaves the ledger's knowledge as it was.
    public var known: KnownSubscription?
    /// When it ended.
    public var endedAt: Date
    /// What belongs into its case file.
    public var caseFile: CaseFile?

    /// How a command ended.
    public init(
        outcome: Outcome,
        code: String? = nil,
        detail: String? = nil,
        publishings: [Publishing],
        known: KnownSubscription?,
        endedAt: Date,
        caseFile: CaseFile? = nil
    ) {
        self.outcome = outcome
        self.code = code
        self.detail = detail
        self.publishings = publishings
        self.known = known
        self.endedAt = endedAt
        self.caseFile = caseFile
    }
}

/// What must be published, perhaps again, for a command that has ended.
public struct StoredOutcome: Hashable, Sendable {
    /// Which command.
    public var identity: CommandIdentity
    /// Its round.
    public var round: Int
    /// What became of it.
    public var outcome: Outcome
    /// Whether all of it was confirmed once.
    public var isAnnounced: Bool
    /// What must be published, in order; only the outcome event when it was announced before.
    public var publishings: [Publishing]

    /// A stored outcome.
    public init(
        identity: CommandIdentity,
        round: Int,
        outcome: Outcome,
        isAnnounced: Bool,
        publishings: [Publishing]
    ) {
        self.identity = identity
        self.round = round
        self.outcome = outcome
        self.isAnnounced = isAnnounced
        self.publishings = publishings
    }
}

/// Why and until when a command is put aside.
public struct Parking: Hashable, Sendable {
    /// What it waits for.
    public enum Wait: Hashable, Sendable {
        /// Another try, as the head of its lane: it holds back the others.
        case retry(attempts: Int)
        /// The settling of a call without an answer, as the head of its lane. Costs no attempt.
        case settling
        /// Its predecessor, without a place: it holds back nobody. `expectedVersion` is what it waits for.
        case predecessor(expectedVersion: Int?)
    }

    /// What it waits for.
    public var wait: Wait
    /// When it is looked at again at the latest.
    public var due: Date
    /// A sentence for operators.
    public var detail: String
    /// What was learnt of the subscription meanwhile; `nil` leaves the ledger's knowledge as it was.
    public var known: KnownSubscription?
    /// What belongs into its case file.
    public var caseFile: CaseFile?

    /// Why and until when.
    public init(
        wait: Wait,
        due: Date,
        detail: String,
        known: KnownSubscription? = nil,
        caseFile: CaseFile? = nil
    ) {
        self.wait = wait
        self.due = due
        self.detail = detail
        self.known = known
        self.caseFile = caseFile
    }
}
