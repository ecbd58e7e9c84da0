extension InMemoryBroker {
    /// A way for a broker to be wrong, so that the conformance suite can be shown to notice.
    public enum Defect: String, CaseIterable, Sendable {
        case losesProperties
        case inventsProperties
        case routesEverything
        case routesNothing
        case ignoresAlternates
        case routesOncePerBinding
        case acceptsIntoFullQueues
        case refusesForEveryQueue
        case staysFull
        case keepsTheOldest
        case acceptsAnyLength
        case swallowsMissingExchanges
        case publishesAfterClose
        case losesOneOfMany
        case forgetsOnClose
        case deliversTheNewestFirst
        case ignoresPrefetch
        case keepsTheAcknowledged
        case losesTheRequeued
        case hidesRedelivery
        case requeuesAtTheEnd
        case ignoresDeliveryLimits
        case settlesUncounted
        case ignoresEpochs
        case keepsTheEpoch
        case keepsTheUnread
        case losesOnACut
        case staysOpenAfterStop
        case deliversOneQueue
        case favoursOneConsumer
        case keepsTrouble
        case silentAfterClose
        case acceptsOtherArguments
        case replacesOnDeclare
        case stopsAtTheFirstDifference
        case bindsNothing
    }
}
