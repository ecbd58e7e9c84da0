import AMQP
import Testing

@Suite struct TopologyTests {
    private let atLeastOnce: FieldTable = [
        "x-queue-type": "quorum", "x-dead-letter-exchange": "dead", "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    ]

    private func queue(_ change: (inout FieldTable) -> Void) -> Topology.Queue {
        var arguments = atLeastOnce
        change(&arguments)
        return Topology.Queue("queue", arguments: arguments)
    }

    @Test func `at least once needs all of its conditions, and each missing one is named`() {
        #expect(queue { _ in }.deadLettering == .atLeastOnce)
        #expect(queue { $0["x-dead-letter-strategy"] = nil }.deadLettering == .atMostOnce)
        #expect(Topology.Queue("queue", arguments: [:]).deadLettering == .none)
        let missing: [(String, FieldValue?, String)] = [
            ("x-overflow", nil, "drop-head"), ("x-overflow", "drop-head", "reject-publish"),
            ("x-dead-letter-exchange", nil, "exchange"), ("x-queue-type", nil, "quorum"),
        ]
        for (name, value, word) in missing {
            guard case .fallsBack(let reason) = queue({ $0[name] = value }).deadLettering else {
                Issue.record("\(name) \(String(describing: value)) is taken for at-least-once")
                continue
            }
            #expect(reason.contains(word), "\(reason)")
        }
    }

    @Test(
        arguments: [
            .timestamp(1), .decimal(scale: 1, value: 1), .bytes([1]), .void, .double(.nan), .array([.void]),
            .table(["deep": .void]),
        ] as [FieldValue]
    )
    func `definitions refuse what JSON would change`(value: FieldValue) {
        let topology = Topology(queues: [.init("queue", arguments: ["x-odd": value])])
        let error = #expect(throws: TopologyDefinitions.Unsupported.self) {
            try TopologyDefinitions.json(topology, virtualHost: "/")
        }
        #expect(error?.description.contains("queue 'queue', argument 'x-odd'") == true)
    }

    @Test func `definitions refuse an argument that stands there twice`() {
        let twice = FieldTable([.init("x-max-length", 1), .init("x-max-length", 2)])
        #expect(throws: TopologyDefinitions.Unsupported.self) {
            try TopologyDefinitions.json(Topology(queues: [.init("queue", arguments: twice)]), virtualHost: "/")
        }
    }

    @Test(
        arguments: [
            ("RabbitMQ", "3.10.8", true as Bool?), ("RabbitMQ", "3.9.29", false), ("RabbitMQ", "4.1.0", true),
            ("RabbitMQ", "3.10.0-rc.1", true), ("RabbitMQ", "?", nil), ("LavinMQ", "3.11.0", nil),
        ]
    )
    func `versions are compared by their numbers`(name: String, version: String, isNewer: Bool?) {
        #expect(BrokerProduct(name: name, version: version).isRabbitMQ(atLeast: 3, 10) == isNewer)
    }

    @Test func `a deeper report replaces what it knows better`() {
        let shallow = TopologyReport(
            differences: [
                .init(subject: .queue("a"), kind: .different, text: "first"),
                .init(subject: .queue("b"), kind: .missing, text: "b"),
            ],
            warnings: [.init(.notCompared, "bindings"), .init(.condition, "stays")]
        )
        let deep = TopologyReport(
            differences: [.init(subject: .queue("a"), kind: .different, text: "all")],
            warnings: [.init(.unwanted, "more")]
        )
        let both = shallow.completed(by: deep)
        #expect(both.differences.map(\.text) == ["b", "all"])
        #expect(both.warnings.map(\.text) == ["stays", "more"])
        #expect(!both.isAsRequired)
    }

    @Test func `instructions are lines for a shell`() {
        let difference = TopologyDifference(
            subject: .queue("orders.x"),
            kind: .different,
            text: "406",
            discrepancies: [.init(field: "x-overflow", required: "reject-publish", actual: "none")],
            mend: [.advise("stop it"), .run("rabbitmqctl delete_queue orders.x", warning: "LOSES"), .declare]
        )
        #expect(
            difference.instructions(declaringWith: "apply") == """
                queue 'orders.x' exists with other arguments: x-overflow must be reject-publish, is none; 406
                    # stop it
                    rabbitmqctl delete_queue orders.x   # LOSES
                    apply
                """
        )
    }
}
