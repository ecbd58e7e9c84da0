import AMQP
import Foundation
import Testing

@testable import RabbitMQ
@testable import RabbitMQManagement

/// What is as required, and what one change makes of it.
@Suite struct ComparisonTests {
    private static let arguments: FieldTable = [
        "x-queue-type": "quorum", "x-dead-letter-exchange": "o.dead", "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish", "x-delivery-limit": 1000,
    ]
    private static let topology = Topology(
        exchanges: [.init("o.dead", .fanout), .init("o.in", .direct, alternate: "o.dead"), .init("o.out", .topic)],
        queues: [
            .init("o.work", arguments: arguments),
            .init("o.spill", arguments: ["x-queue-type": "quorum", "x-overflow": "drop-head", "x-max-length": 100]),
        ],
        bindings: [.init("o.in", to: "o.work", routingKey: "work"), .init("o.dead", to: "o.spill", routingKey: "")]
    )

    private static func snapshot() -> ManagementSnapshot {
        var snapshot = ManagementSnapshot()
        snapshot.exchanges = topology.exchanges.map { exchange in
            .init(
                name: exchange.name.rawValue,
                type: exchange.kind.rawValue,
                durable: true,
                auto_delete: false,
                internal: false,
                arguments: values(exchange.arguments)
            )
        }
        snapshot.queues = topology.queues.map { queue in
            .init(
                name: queue.name.rawValue,
                durable: true,
                auto_delete: false,
                exclusive: false,
                arguments: values(queue.arguments),
                consumers: 1,
                members: ["a", "b", "c"],
                type: "quorum"
            )
        }
        snapshot.bindings =
            topology.bindings.map { binding($0.exchange.rawValue, $0.queue.rawValue, $0.routingKey.rawValue) }
            + [binding("", "o.work", "o.work"), binding("o.out", "subscriber", "#")]
        snapshot.featureFlags = [.init(name: "stream_queue", state: "enabled")]
        snapshot.permissions = .init(configure: ".*", write: "^o\\.", read: "^o\\.")
        snapshot.alarms = .init(status: "ok")
        return snapshot
    }

    private static func values(_ table: FieldTable) -> ManagementArguments {
        ManagementArguments(
            table.fields.reduce(into: [:]) { values, field in values[field.name] = ManagementValue(field.value) }
        )
    }

    private static func binding(_ source: String, _ queue: String, _ key: String) -> ManagementSnapshot.Binding {
        .init(
            source: source,
            destination: queue,
            destination_type: "queue",
            routing_key: key,
            arguments: .init(),
            properties_key: key
        )
    }

    private static func policy(
        _ definition: [String: ManagementValue],
        pattern: String = "^o\\.work",
        appliesTo: String = "queues",
        priority: Int = 0,
        name: String = "policy"
    ) -> ManagementSnapshot.Policy {
        .init(
            name: name,
            pattern: pattern,
            appliesTo: appliesTo,
            definition: .init(definition),
            priority: priority
        )
    }

    private func report(_ change: (inout ManagementSnapshot) -> Void = { _ in }) -> TopologyReport {
        var snapshot = Self.snapshot()
        change(&snapshot)
        let mending = Mending(virtualHost: "/", user: "worker", topology: Self.topology)
        return ManagementComparison(topology: Self.topology, snapshot: snapshot, mending: mending).report
    }

    private func onlyDifference(_ change: (inout ManagementSnapshot) -> Void) throws -> TopologyDifference {
        let report = report(change)
        try #require(report.differences.count == 1, "\(report)")
        return report.differences[0]
    }

    @Test func `a broker that is as required has neither differences nor warnings`() {
        #expect(report() == TopologyReport())
    }

    @Test func `what is missing is named with what declares it`() throws {
        let exchange = try onlyDifference { $0.exchanges.removeFirst() }
        #expect(exchange.subject == .exchange("o.dead") && exchange.kind == .missing && exchange.mend == [.declare])
        let queue = try onlyDifference { $0.queues.removeFirst() }
        #expect(queue.subject == .queue("o.work") && queue.kind == .missing && queue.mend == [.declare])
        let binding = try onlyDifference { $0.bindings.removeFirst() }
        #expect(binding.subject == .binding(Self.topology.bindings[0]) && binding.mend == [.declare])
    }

    @Test func `a binding with another key or with arguments is not the required one`() throws {
        let other = try onlyDifference { $0.bindings[1].arguments = .init(["x-match": .text("all")]) }
        #expect(other.subject == .binding(Self.topology.bindings[1]) && other.kind == .missing)
    }

    @Test func `every argument that differs is named, not just the first`() throws {
        let difference = try onlyDifference { snapshot in
            snapshot.queues[0].arguments.values["x-delivery-limit"] = .integer(5)
            snapshot.queues[0].arguments.values["x-overflow"] = nil
            snapshot.queues[0].arguments.values["x-max-length"] = .integer(10)
            snapshot.queues[0].durable = false
        }
        #expect(difference.kind == .different)
        #expect(
            Set(difference.discrepancies) == [
                .init(field: "durable", required: "true", actual: "false"),
                .init(field: "x-overflow", required: "reject-publish", actual: "none"),
                .init(field: "x-delivery-limit", required: "1000", actual: "5"),
                .init(field: "x-max-length", required: "none", actual: "10"),
            ]
        )
    }

    @Test func `a number is no text, and an exchange has a type and an alternate`() throws {
        let queue = try onlyDifference { $0.queues[0].arguments.values["x-delivery-limit"] = .text("1000") }
        #expect(queue.discrepancies.map(\.field) == ["x-delivery-limit"])
        let exchange = try onlyDifference { snapshot in
            snapshot.exchanges[1].type = "headers"
            snapshot.exchanges[1].internal = true
            snapshot.exchanges[1].arguments = .init()
        }
        #expect(exchange.discrepancies.map(\.field) == ["type", "internal", "alternate-exchange"])
    }

    @Test(
        arguments: [
            ("max-length", .integer(5), "none", "5"), ("message-ttl", .integer(5), "none", "5"),
            ("expires", .integer(5), "none", "5"), ("delivery-limit", .integer(3), "1000", "3"),
            ("overflow", .text("drop-head"), "reject-publish", "drop-head"),
            ("dead-letter-routing-key", .text("k"), "none", "k"),
        ] as [(String, ManagementValue, String, String)]
    )
    func `a policy that overrides is a difference, an operator's as well`(
        key: String,
        value: ManagementValue,
        required: String,
        actual: String
    ) throws {
        for isOperatorPolicy in [false, true] {
            let difference = try onlyDifference { snapshot in
                let policy = Self.policy([key: value], name: "limits")
                if isOperatorPolicy { snapshot.operatorPolicies = [policy] } else { snapshot.policies = [policy] }
            }
            #expect(difference.kind == .overridden && difference.subject == .queue("o.work"))
            #expect(difference.discrepancies == [.init(field: key, required: required, actual: actual)])
            let command =
                isOperatorPolicy ? "rabbitmqctl clear_operator_policy limits" : "rabbitmqctl clear_policy limits"
            #expect(difference.mend.contains(.run(command)))
            #expect(difference.text.contains("at most once") == (key == "overflow"), "\(difference.text)")
        }
    }

    @Test func `a policy that changes nothing, or holds for others, is none`() {
        let policies = [
            Self.policy(["delivery-limit": .integer(2000)]), Self.policy(["dead-letter-exchange": .text("other")]),
            Self.policy(["queue-leader-locator": .text("balanced")]),
            Self.policy(["max-length": .integer(5)], pattern: "^other"),
            Self.policy(["max-length": .integer(5)], appliesTo: "exchanges"),
            Self.policy(["max-length": .integer(5)], appliesTo: "classic_queues"),
        ]
        for policy in policies { #expect(report { $0.policies = [policy] } == TopologyReport(), "\(policy)") }
    }

    @Test func `an overflow that only repeats the default changes nothing`() {
        var snapshot = ManagementSnapshot()
        snapshot.policies = [Self.policy(["overflow": .text("drop-head")], pattern: "")]
        let policy = EffectivePolicy(queue: "queue", type: "quorum", in: snapshot)
        #expect(policy.overrides(of: [:]) == [])
        #expect(policy.overrides(of: ["x-overflow": "reject-publish"]).map(\.key) == ["overflow"])
    }

    @Test func `only the policy with the highest priority holds`() throws {
        let weak = Self.policy(["max-length": .integer(5)], name: "weak")
        let strong = Self.policy(["max-length": .integer(7)], priority: 3, name: "strong")
        let difference = try onlyDifference { $0.policies = [weak, strong] }
        #expect(difference.discrepancies.map(\.actual) == ["7"] && difference.text.contains("strong"))
        let both = try onlyDifference { ($0.policies, $0.operatorPolicies) = ([strong], [weak]) }
        #expect(
            both.discrepancies.map(\.actual) == ["5"]
                && both.mend.contains(.run("rabbitmqctl clear_operator_policy weak"))
        )
    }

    @Test func `a queue that drops by design may drop sooner, but must not vanish`() throws {
        let report = report { $0.policies = [Self.policy(["max-length": .integer(5)], pattern: "spill")] }
        #expect(report.differences == [] && report.warnings.map(\.kind) == [.condition])
        let gone = try onlyDifference { $0.policies = [Self.policy(["expires": .integer(5)], pattern: "spill")] }
        #expect(gone.kind == .overridden)
    }

    @Test func `a pattern that can't be read is a warning`() {
        let report = report { $0.policies = [Self.policy(["max-length": .integer(5)], pattern: "(")] }
        #expect(report.differences == [] && report.warnings.map(\.kind) == [.unknown])
    }

    @Test func `the feature flag without which dead letters are lost is a difference`() throws {
        let difference = try onlyDifference { $0.featureFlags = [.init(name: "stream_queue", state: "disabled")] }
        #expect(difference.kind == .fallsBack)
        #expect(difference.mend.first == .run("rabbitmqctl enable_feature_flag stream_queue"))
        #expect(report { $0.featureFlags = nil } == TopologyReport())
    }

    @Test(
        arguments: [
            ("o.out", "o.work", true), ("o.in", "o.spill", true), ("o.in", "audit", true), ("o.out", "audit", false),
            ("other", "another", false), ("", "o.spill", false),
        ]
    )
    func `bindings beyond the required ones are warned of where they do harm`(
        source: String,
        queue: String,
        isHarmful: Bool
    ) {
        let report = report { $0.bindings.append(Self.binding(source, queue, "it's")) }
        #expect(report.differences == [])
        #expect(report.warnings.map(\.kind) == (isHarmful ? [.unwanted] : []))
        if isHarmful {
            let command = #"rabbitmqadmin delete binding 'source=\#(source)' 'destination_type=queue' "#
            #expect(report.warnings[0].text.contains(command), "\(report.warnings[0])")
        }
    }

    @Test func `what puts messages at risk is warned of`() {
        let changes: [(String, (inout ManagementSnapshot) -> Void)] = [
            ("one member", { $0.queues[1].members = ["a"] }), ("2 consumers", { $0.queues[0].consumers = 2 }),
            ("memory", { $0.alarms = .init(status: "failed", reason: "memory alarm") }),
            ("may not write 'o.dead' and 4 more", { $0.permissions?.write = "^nothing" }),
            ("may not configure 'o.in'", { $0.permissions?.configure = "^o\\.[^i]" }),
            ("may not read", { $0.permissions?.read = "" }),
        ]
        for (words, change) in changes {
            let report = report(change)
            #expect(report.differences == [] && report.warnings.count == 1, "\(report)")
            #expect(report.warnings.first?.text.contains(words) == true, "\(report)")
        }
    }
}
