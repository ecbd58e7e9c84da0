public import Foundation
public import SubscriptionLifecycle

/// What became of a command, ready to be written as a structured CloudEvents event.
public struct OutcomeEvent: Hashable, Sendable {
    /// How a subscription stands after (or in spite of) the command.
    public struct Standing: Hashable, Sendable {
        /// The subscription's version; `nil` when there is none.
        public var version: Int?
        /// The state before; `nil` for reads.
        public var previousState: SubscriptionState?
        /// The state now.
        public var state: SubscriptionState
        /// Whether it is marked to end with its term.
        public var endsWithTerm: Bool
        /// What EMS holds; `nil` when there is nothing.
        public var entitlement: Entitlement?
        /// The activations, where they were asked for.
        public var activations: [Activation]?

        /// How a subscription stands.
        public init(
            version: Int?,
            previousState: SubscriptionState? = nil,
            state: SubscriptionState,
            endsWithTerm: Bool,
            entitlement: Entitlement?,
            activations: [Activation]? = nil
        ) {
            self.version = version
            self.previousState = previousState
            self.state = state
            self.endsWithTerm = endsWithTerm
            self.entitlement = entitlement
            self.activations = activations
        }
    }

    /// What the outcome says, by kind.
    public enum Content: Hashable, Sendable {
        /// A changing operation was done.
        case changed(Standing, changes: [Change])
        /// An entitlement was read.
        case viewed(Standing)
        /// One entitlement of a sync.
        case syncItem(Standing)
        /// A sync is through; the date is the one to use next time.
        case synced(count: Int, modifiedSince: LocalDate)
        /// Refused; the standing is `nil` when nothing is known of a subscription.
        case rejected(Rejection, from: SubscriptionState?, Standing?)
        /// Dead-lettered. `applied` and `missing` are set where part of it was written.
        case deadLettered(
            DeadLetterReason,
            detail: String,
            attempts: Int,
            applied: [Change],
            missing: [Change],
            version: Int?
        )
        /// A dry run would do this.
        case previewed(Standing, changes: [Change], calls: [PlannedCall], guards: [Check])
        /// A dry run would be refused.
        case previewRejected(Rejection, from: SubscriptionState?, Standing?, guards: [Check])
    }

    /// Deterministic; see ``EventID``.
    public var id: String
    /// What was ordered.
    public var operation: OrderOperation
    /// The command.
    public var command: CommandIdentity
    /// The command's, or its id.
    public var correlationID: String
    /// Its name, where one is known.
    public var subscriptionID: String?
    /// The command's reference.
    public var orderID: String?
    /// When it was written.
    public var time: Date
    /// W3C trace context of the outcome.
    public var traceparent: String?
    /// W3C trace context of the outcome.
    public var tracestate: String?
    /// What it says.
    public var content: Content

    /// An outcome event.
    public init(
        id: String,
        operation: OrderOperation,
        command: CommandIdentity,
        correlationID: String,
        subscriptionID: String?,
        orderID: String?,
        time: Date,
        traceparent: String? = nil,
        tracestate: String? = nil,
        content: Content
    ) {
        self.id = id
        self.operation = operation
        self.command = command
        self.correlationID = correlationID
        self.subscriptionID = subscriptionID
        self.orderID = orderID
        self.time = time
        self.traceparent = traceparent
        self.tracestate = tracestate
        self.content = content
    }
}
