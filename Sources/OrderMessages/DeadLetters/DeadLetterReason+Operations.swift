public import SubscriptionLifecycle

extension DeadLetterReason {
    /// Whether translating finds it: before anything is claimed, and by a publisher too, offline.
    public var isFoundByTranslating: Bool {
        switch self {
        case .malformedMessage, .unknownType, .unsupportedVersion, .wrongQueue, .schemaViolation, .identityMissing,
            .tooLarge:
            true
        case .identityConflict, .attemptsExhausted, .partiallyApplied, .workerCrashed, .unroutable, .expired,
            .deliveryLimit:
            false
        }
    }

    /// The operations whose commands can end with it.
    public var operations: Set<OrderOperation> {
        switch self {
        // Reads take no claim and write nothing.
        case .identityConflict, .partiallyApplied: Set(OrderOperation.allCases.filter { !$0.isRead })
        case .malformedMessage, .unknownType, .unsupportedVersion, .wrongQueue, .schemaViolation, .identityMissing,
            .tooLarge, .attemptsExhausted, .workerCrashed, .unroutable, .expired, .deliveryLimit:
            Set(OrderOperation.allCases)
        }
    }
}
