import TestKit
import Testing

@Suite struct InMemoryBrokerConformanceTests {
    @Test(arguments: BrokerConformance.Behaviour.allCases)
    func `the in-memory broker behaves as required`(_ behaviour: BrokerConformance.Behaviour) async throws {
        try await BrokerConformance(InMemoryBrokerUnderTest()).check(behaviour)
    }

    @Test(arguments: BrokerConformance.Recovery.allCases)
    func `the in-memory broker recovers as required`(_ recovery: BrokerConformance.Recovery) async throws {
        try await BrokerConformance(InMemoryBrokerUnderTest()).check(recovery)
    }
}
