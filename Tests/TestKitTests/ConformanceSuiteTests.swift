import TestKit
import Testing

/// The suite itself: each of its requirements is missed by a broker that is wrong in one way.
@Suite struct ConformanceSuiteTests {
    /// Which defect each requirement is there to find; others find it as well.
    private static func defect(of behaviour: BrokerConformance.Behaviour) -> InMemoryBroker.Defect {
        switch behaviour {
        case .carriesMessagesUnchanged: .losesProperties
        case .carriesMessagesWithoutProperties: .inventsProperties
        case .routesDirect, .routesTopics, .returnsTheUnroutable: .routesEverything
        case .routesFanout, .routesToQueuesByDefault: .routesNothing
        case .routesToEveryQueueOnce: .routesOncePerBinding
        case .usesAlternateExchanges, .returnsWhatTheAlternateCantRoute: .ignoresAlternates
        case .refusesIntoFullQueues: .acceptsIntoFullQueues
        case .refusesForOneFullQueue: .refusesForEveryQueue
        case .takesAgainWhenThereIsRoom: .staysFull
        case .dropsTheOldestOverTheLength: .keepsTheOldest
        case .refusesNamesThatAreTooLong, .refusesPropertiesThatAreTooLong: .acceptsAnyLength
        case .tellsOfAMissingExchange: .swallowsMissingExchanges
        case .refusesPublishingAfterClose: .publishesAfterClose
        case .confirmsManyAtOnce, .answersEverybodyOnClose: .losesOneOfMany
        case .keepsTheOrderOfAQueue: .deliversTheNewestFirst
        case .keepsToThePrefetch: .ignoresPrefetch
        case .sharesAQueueAmongConsumers: .favoursOneConsumer
        case .forgetsTheAcknowledged, .settlesAfterStop: .keepsTheAcknowledged
        case .deliversTheRequeuedAgain: .hidesRedelivery
        case .requeuesInPlaceUnderADeliveryLimit, .givesBackInOrder: .requeuesAtTheEnd
        case .deadLettersOverTheDeliveryLimit: .ignoresDeliveryLimits
        case .dropsSecondSettlements, .dropsSettlementsOfNothing, .dropsSettlementsAfterClose: .settlesUncounted
        case .givesBackTheUnreadOnStop: .losesTheRequeued
        case .givesBackTheUnsettledOnClose: .forgetsOnClose
        case .endsTwice: .silentAfterClose
        case .consumesSeveralQueues: .deliversOneQueue
        case .waitsForAMissingQueue: .keepsTrouble
        case .refusesOtherArguments: .acceptsOtherArguments
        case .declaresTwice: .replacesOnDeclare
        case .refusesBindingsToNothing: .bindsNothing
        }
    }

    private static func defect(of recovery: BrokerConformance.Recovery) -> InMemoryBroker.Defect {
        switch recovery {
        case .deliversAgainUnderANewEpoch: .keepsTheEpoch
        case .dropsSettlementsOfAnEarlierEpoch: .ignoresEpochs
        case .keepsToThePrefetchAgain: .ignoresPrefetch
        case .publishesAgain: .routesNothing
        case .forgetsTheUnread: .keepsTheUnread
        case .renewsInOrder: .deliversTheNewestFirst
        }
    }

    private func conformance(_ defect: InMemoryBroker.Defect) -> BrokerConformance {
        BrokerConformance(InMemoryBrokerUnderTest(defect: defect), patience: .milliseconds(100))
    }

    @Test(arguments: BrokerConformance.Behaviour.allCases)
    func `a broker that behaves otherwise is found out`(_ behaviour: BrokerConformance.Behaviour) async {
        await #expect(throws: (any Error).self) {
            try await conformance(Self.defect(of: behaviour)).check(behaviour)
        }
    }

    @Test(arguments: BrokerConformance.Recovery.allCases)
    func `a broker that recovers otherwise is found out`(_ recovery: BrokerConformance.Recovery) async {
        await #expect(throws: (any Error).self) {
            try await conformance(Self.defect(of: recovery)).check(recovery)
        }
    }

    @Test(arguments: InMemoryBroker.Defect.allCases)
    func `every defect is found by somebody`(_ defect: InMemoryBroker.Defect) async throws {
        var finders: [String] = []
        for behaviour in BrokerConformance.Behaviour.allCases where finders.isEmpty {
            do { try await conformance(defect).check(behaviour) } catch { finders.append("\(behaviour)") }
        }
        for recovery in BrokerConformance.Recovery.allCases where finders.isEmpty {
            do { try await conformance(defect).check(recovery) } catch { finders.append("\(recovery)") }
        }
        #expect(!finders.isEmpty)
    }
}
