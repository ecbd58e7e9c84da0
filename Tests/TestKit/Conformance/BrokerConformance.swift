import AMQP

/// What the worker relies on, checked against any broker.
public struct BrokerConformance: Sendable {
    /// A broker behaved otherwise.
    public struct Violation: Error, CustomStringConvertible {
        /// What was expected and what was seen.
        public let description: String
    }

    /// One thing the worker relies on.
    public enum Behaviour: String, CaseIterable, Sendable, CustomStringConvertible {
        case carriesMessagesUnchanged
        case routesDirect
        case routesTopics
        case routesFanout
        case routesToQueuesByDefault
        case returnsTheUnroutable
        case usesAlternateExchanges
        case refusesIntoFullQueues
        case refusesNamesThatAreTooLong
        case keepsTheOrderOfAQueue
        case keepsToThePrefetch
        case forgetsTheAcknowledged
        case deliversTheRequeuedAgain
        case requeuesInPlaceUnderADeliveryLimit
        case deadLettersOverTheDeliveryLimit
        case dropsSecondSettlements
        case givesBackTheUnreadOnStop
        case settlesAfterStop
        case givesBackTheUnsettledOnClose
        case refusesPublishingAfterClose
        case carriesMessagesWithoutProperties
        case routesToEveryQueueOnce
        case returnsWhatTheAlternateCantRoute
        case tellsOfAMissingExchange
        case refusesForOneFullQueue
        case takesAgainWhenThereIsRoom
        case dropsTheOldestOverTheLength
        case refusesPropertiesThatAreTooLong
        case confirmsManyAtOnce
        case answersEverybodyOnClose
        case consumesSeveralQueues
        case sharesAQueueAmongConsumers
        case givesBackInOrder
        case dropsSettlementsOfNothing
        case dropsSettlementsAfterClose
        case endsTwice
        case waitsForAMissingQueue
        case refusesOtherArguments
        case declaresTwice
        case refusesBindingsToNothing

        /// The name of the behaviour.
        public var description: String { rawValue }
    }

    /// What happens when connections break; apart, since cutting hits everybody who is connected.
    public enum Recovery: String, CaseIterable, Sendable, CustomStringConvertible {
        case deliversAgainUnderANewEpoch
        case dropsSettlementsOfAnEarlierEpoch
        case keepsToThePrefetchAgain
        case publishesAgain
        case forgetsTheUnread
        case renewsInOrder

        /// The name of the behaviour.
        public var description: String { rawValue }
    }

    let broker: any BrokerUnderTest
    let names: UniqueNames
    let patience: Duration

    /// A suite over one broker, with names of its own; `patience` is how long anything may take.
    public init(_ broker: any BrokerUnderTest, patience: Duration = .seconds(30)) {
        self.broker = broker
        self.patience = patience
        names = UniqueNames("conformance")
    }

    func eventually(_ what: String, _ condition: @Sendable () async throws -> Bool) async throws {
        try await TestKit.eventually(what, within: patience, condition)
    }

    func inbox(_ source: any DeliverySource) -> DeliveryInbox { DeliveryInbox(source, patience: patience) }

    func failure(of publishing: Publishing, by publisher: any Publisher) async -> PublishFailure? {
        do throws(PublishFailure) {
            try await publisher.publish(publishing)
            return nil
        } catch {
            return error
        }
    }

    func require(_ condition: Bool, _ what: @autoclosure () -> String) throws {
        if !condition { throw Violation(description: what()) }
    }

    func requireEqual<Value: Equatable>(_ seen: Value, _ expected: Value, _ what: String) throws {
        try require(seen == expected, "\(what): expected \(expected), saw \(seen)")
    }

    // MARK: What the behaviours build on

    /// A direct exchange `in` with one quorum queue `queue`, bound with `key`.
    func declareOneQueue(_ more: FieldTable = [:]) async throws -> QueueName {
        let queue = names.quorumQueue("queue", more)
        try await broker.declare(
            Topology(
                exchanges: [.init(names.exchange("in"), .direct)],
                queues: [queue],
                bindings: [.init(names.exchange("in"), to: queue.name, routingKey: "key")]
            )
        )
        return queue.name
    }

    func publishing(_ text: String, to exchange: String = "in", key: RoutingKey = "key") -> Publishing {
        Publishing(
            exchange: names.exchange(exchange),
            routingKey: key,
            properties: Properties(deliveryMode: .persistent, messageID: text),
            body: Array(text.utf8)
        )
    }

    /// Publishes texts one after the other.
    func publish(_ texts: [String]) async throws {
        let publisher = try await broker.publisher()
        for text in texts { try await publisher.publish(publishing(text)) }
        await publisher.close()
    }

    /// A consumer that is registered on the queue.
    func consumer(of queue: QueueName, prefetch: Int = 10) async throws -> any DeliverySource {
        let consumer = try await broker.consumer([QueueSubscription(queue: queue, prefetch: Prefetch(prefetch))])
        try await eventually("a consumer on \(queue)") { consumer.status.consuming == [queue] }
        return consumer
    }

    func eventuallyDepth(_ depth: Int, of queue: QueueName) async throws {
        try await eventually("\(depth) ready in \(queue)") { try await broker.depth(of: queue) == depth }
    }

    func texts(_ deliveries: [Delivery]) -> [String] {
        deliveries.map { String(decoding: $0.message.body, as: UTF8.self) }
    }
}
