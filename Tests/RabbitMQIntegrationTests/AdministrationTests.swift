import AMQP
import RabbitMQ
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct AdministrationTests {
    let names = UniqueNames("administration")

    private func failure(_ body: () async throws(BrokerFailure) -> Void) async -> BrokerFailure? {
        do throws(BrokerFailure) {
            try await body()
            return nil
        } catch {
            return error
        }
    }

    @Test func `what exists with other arguments is named with the broker's words, all of it at once`() async throws {
        let administration = try await RabbitMQUnderTest.shared().administration
        let (queue, exchange) = (names.queue("queue"), names.exchange("exchange"))
        try await administration.declare(
            Topology(exchanges: [.init(exchange, .direct)], queues: [names.quorumQueue("queue")])
        )
        let other = Topology(
            exchanges: [.init(exchange, .topic)],
            queues: [names.quorumQueue("queue", ["x-delivery-limit": 5]), names.quorumQueue("third")]
        )
        for isDeclaring in [true, false] {
            let failure = await failure { () throws(BrokerFailure) in
                if isDeclaring {
                    try await administration.declare(other)
                } else {
                    try await administration.verify(other)
                }
            }
            guard case .topology(let differences)? = failure else {
                Issue.record("no difference was found")
                return
            }
            #expect(differences.prefix(2).map(\.subject) == [.exchange(exchange), .queue(queue)])
            #expect(differences.prefix(2).allSatisfy { $0.kind == .different })
            #expect("\(differences[0])".contains("406"), "\(differences[0])")
            #expect("\(differences[1])".contains("x-delivery-limit"), "\(differences[1])")
        }
        // The rest was declared in spite of the differences.
        #expect(try await administration.queueDepth(names.queue("third")).consumers == 0)
    }

    @Test func `verifying finds what is missing and declares nothing`() async throws {
        let administration = try await RabbitMQUnderTest.shared().administration
        let topology = Topology(
            exchanges: [.init(names.exchange("exchange"), .fanout)],
            queues: [names.quorumQueue("queue")]
        )
        for _ in 1...2 {
            guard
                case .topology(let differences)? = await failure({ () throws(BrokerFailure) in
                    try await administration.verify(topology)
                })
            else {
                Issue.record("nothing is missing")
                return
            }
            #expect(differences.map(\.kind) == [.missing, .missing])
        }
        try await administration.declare(topology)
        try await administration.verify(topology)
    }

    @Test func `browsing leaves messages where they are, getting takes them`() async throws {
        let broker = try await RabbitMQUnderTest.shared()
        let administration = broker.administration
        let queue = names.quorumQueue("queue")
        try await administration.declare(Topology(queues: [queue]))
        let publisher = try await broker.publisher()
        for text in ["a", "b", "c"] {
            try await publisher.publish(
                Publishing(
                    exchange: .default,
                    routingKey: RoutingKey(queue.name.rawValue),
                    properties: Properties(messageID: text),
                    body: Array(text.utf8)
                )
            )
        }
        let browsed = try await administration.browse(queue.name, limit: 2)
        #expect(browsed.map(\.properties.messageID) == ["a", "b"])
        try await eventually("all three are back") { try await administration.queueDepth(queue.name).messages == 3 }
        var taken: Set<String?> = []
        while let message = try await administration.get(queue.name) { taken.insert(message.properties.messageID) }
        #expect(taken == ["a", "b", "c"])
        try await publisher.publish(
            Publishing(
                exchange: .default,
                routingKey: RoutingKey(queue.name.rawValue),
                properties: Properties(),
                body: []
            )
        )
        #expect(try await administration.purge(queue.name) == 1)
        try await administration.delete(queue: queue.name)
        let gone = await failure { () throws(BrokerFailure) in _ = try await administration.queueDepth(queue.name) }
        guard case .refused(404, _)? = gone else {
            Issue.record("the queue is still there: \(String(describing: gone))")
            return
        }
        await publisher.close()
    }

    @Test func `an address nobody listens on is named with what to do`() async throws {
        let configuration = RabbitMQConfiguration(address: AMQPAddress(host: "127.0.0.1", port: 1))
        let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
        let error = try #require(
            await failure { () throws(BrokerFailure) in try await administration.verify(Topology()) }
        )
        guard case .unreachable("127.0.0.1", 1, _) = error else {
            Issue.record("\(error)")
            return
        }
        #expect("\(error)".contains("127.0.0.1:1") && "\(error)".contains("AMQP_URL"))
    }

    @Test func `a wrong password and a wrong virtual host are refused logins, and the password is not repeated`()
        async throws
    {
        var configuration = try await RabbitMQUnderTest.shared().configuration
        configuration.address.password = "wr0ng"
        var wrongHost = try await RabbitMQUnderTest.shared().configuration
        wrongHost.address.virtualHost = "nowhere"
        for configuration in [configuration, wrongHost] {
            let administration = RabbitMQAdministration(configuration: configuration, logger: .quiet)
            let error = await failure { () throws(BrokerFailure) in try await administration.verify(Topology()) }
            guard case .loginRefused? = error else {
                Issue.record("\(String(describing: error))")
                continue
            }
            #expect(error.map { !"\($0)".contains("wr0ng") } == true)
        }
    }
}
