import TestKit
import Testing

@Suite(.timeLimit(.minutes(3))) struct RabbitMQConformanceTests {
    @Test(arguments: BrokerConformance.Behaviour.allCases)
    func `RabbitMQ behaves as required`(_ behaviour: BrokerConformance.Behaviour) async throws {
        try await BrokerConformance(RabbitMQUnderTest.shared()).check(behaviour)
    }
}
