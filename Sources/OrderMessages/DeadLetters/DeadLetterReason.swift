/// Why a message is in the dead-letter queue: the closed list that operators may rely on.
public enum DeadLetterReason: String, CaseIterable, Hashable, Sendable, Codable {
    /// The bytes are no JSON event.
    case malformedMessage = "malformed-message"
    /// The type names no operation of this project.
    case unknownType = "unknown-type"
    /// The type names a version that this worker doesn't know.
    case unsupportedVersion = "unsupported-version"
    /// The type belongs into another queue.
    case wrongQueue = "wrong-queue"
    /// A field is missing, unknown, or has a value that is not allowed.
    case schemaViolation = "schema-violation"
    /// There is no source or no id.
    case identityMissing = "identity-missing"
    /// The identity was used before, with other content.
    case identityConflict = "identity-conflict"
    /// The body is over the limit.
    case tooLarge = "too-large"
    /// It failed too often.
    case attemptsExhausted = "attempts-exhausted"
    /// Part of it was written to EMS, the rest was refused.
    case partiallyApplied = "partially-applied"
    /// It kills the worker that handles it.
    case workerCrashed = "worker-crashed"
    /// No queue is bound for its routing key.
    case unroutable
    /// It expired in its queue.
    case expired
    /// The broker gave up delivering it.
    case deliveryLimit = "delivery-limit"
}

/// A message that can't be understood: what is wrong, where, and as much of its identity as could be read.
public struct Poison: Error, Hashable, Sendable {
    /// Which of the closed list.
    public var reason: DeadLetterReason
    /// What is wrong, for a person; begins with the path when there is one: `data.lineItems[2].quantity: must be at least 1`.
    public var detail: String
    /// Where in the event: `data.lineItems[2].quantity`.
    public var path: String?
    /// Set when source and id could be read.
    public var identity: CommandIdentity?
    /// Set when it could be read.
    public var correlationID: String?
    /// Set when it could be read.
    public var subscriptionID: String?

    /// A message that can't be understood.
    public init(
        _ reason: DeadLetterReason,
        _ detail: String,
        path: String? = nil,
        identity: CommandIdentity? = nil,
        correlationID: String? = nil,
        subscriptionID: String? = nil
    ) {
        self.reason = reason
        self.detail = detail
        self.path = path
        self.identity = identity
        self.correlationID = correlationID
        self.subscriptionID = subscriptionID
    }
}
