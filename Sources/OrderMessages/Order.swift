public import SubscriptionLifecycle

/// One translated command with its envelope.
public struct Order: Hashable, Sendable {
    /// Who sent it, which, for whom.
    public var envelope: Envelope
    /// What it orders; matches the queue it came from.
    public var operation: OrderOperation
    /// The typed payload.
    public var command: Command
    /// SHA-256 over `type` and the canonical form (RFC 8785) of `data`, in lower-case hexadecimal digits.
    public var fingerprint: String
    /// `type` and `data` as they were received, so that the command can be translated again.
    public var content: JSON?

    /// A translated command.
    public init(
        envelope: Envelope,
        operation: OrderOperation,
        command: Command,
        fingerprint: String,
        content: JSON? = nil
    ) {
        self.envelope = envelope
        self.operation = operation
        self.command = command
        self.fingerprint = fingerprint
        self.content = content
    }
}

/// The CloudEvents attributes of a command that the worker uses.
public struct Envelope: Hashable, Sendable {
    /// Source and id: the idempotency key.
    public var identity: CommandIdentity
    /// The CloudEvents type, `orders.<operation>.v1`.
    public var type: String
    /// RFC 3339, as it came.
    public var time: String?
    /// Echoed on every outcome; the command's id when the publisher gave none.
    public var correlationID: String
    /// The id of the dead letter that this command replaces.
    public var replaces: String?
    /// W3C trace context.
    public var traceparent: String?
    /// W3C trace context.
    public var tracestate: String?
    /// Decide only, write nothing.
    public var isDryRun: Bool
    /// The queue an answer to a read or a dry run is wanted in.
    public var replyTo: String?

    /// An envelope.
    public init(
        identity: CommandIdentity,
        type: String,
        time: String? = nil,
        correlationID: String? = nil,
        replaces: String? = nil,
        traceparent: String? = nil,
        tracestate: String? = nil,
        isDryRun: Bool = false,
        replyTo: String? = nil
    ) {
        self.identity = identity
        self.type = type
        self.time = time
        self.correlationID = correlationID ?? identity.id
        self.replaces = replaces
        self.traceparent = traceparent
        self.tracestate = tracestate
        self.isDryRun = isDryRun
        self.replyTo = replyTo
    }
}

/// The typed payload of a command: a change of one subscription, or a read.
public enum Command: Hashable, Sendable {
    /// One of the seven changing operations.
    case change(ChangeCommand)
    /// view-entitlement
    case view(ViewEntitlement)
    /// sync-entitlements
    case sync(SyncEntitlements)
}

/// The payload of view-entitlement.
public struct ViewEntitlement: Hashable, Sendable {
    /// Which entitlement.
    public enum Key: Hashable, Sendable {
        /// By the subscription's name.
        case subscription(SubscriptionID)
        /// By the EMS entitlement id (eId).
        case entitlement(String)
    }

    /// Which entitlement.
    public var key: Key
    /// Whether the activations are wanted too.
    public var includesConsumption: Bool

    /// A read of one entitlement.
    public init(key: Key, includesConsumption: Bool = false) {
        self.key = key
        self.includesConsumption = includesConsumption
    }
}

/// The payload of sync-entitlements: the conditions are a conjunction.
public struct SyncEntitlements: Hashable, Sendable {
    /// Owned by that customer.
    public var customer: CustomerReference.Key?
    /// Created or changed on that day or later.
    public var modifiedSince: LocalDate?
    /// In one of these states; empty for any.
    public var states: Set<SubscriptionState>
    /// Of these subscriptions, at most 500; empty for any.
    public var subscriptionIDs: [SubscriptionID]
    /// Whether the activations are wanted too.
    public var includesConsumption: Bool

    /// A read of many entitlements.
    public init(
        customer: CustomerReference.Key? = nil,
        modifiedSince: LocalDate? = nil,
        states: Set<SubscriptionState> = [],
        subscriptionIDs: [SubscriptionID] = [],
        includesConsumption: Bool = false
    ) {
        self.customer = customer
        self.modifiedSince = modifiedSince
        self.states = states
        self.subscriptionIDs = subscriptionIDs
        self.includesConsumption = includesConsumption
    }
}
