import AMQP
import Testing

@testable import RabbitMQ

@Suite struct MendingTests {
    private let topology = Topology(
        exchanges: [.init("my.orders.in", .direct), .init("my.orders.out", .direct)],
        queues: [.init("my.orders.queue", arguments: [:])]
    )

    private func lines(_ steps: [MendingStep]) -> String {
        steps.map { $0.text(declaringWith: "declare") }.joined(separator: "\n")
    }

    @Test(
        arguments: [
            (
                "inequivalent arg 'x-delivery-limit' for queue 'q' in vhost '/': received none but current is the value '1000' of type 'long'",
                "x-delivery-limit", "none", "1000"
            ),
            (
                "inequivalent arg 'type' for exchange 'e' in vhost '/': received 'topic' but current is 'fanout'",
                "type",
                "topic", "fanout"
            ),
            (
                "inequivalent arg 'alternate-exchange' for exchange 'e' in vhost '/': received the value 'it's' of type 'longstr' but current is none",
                "alternate-exchange", "it's", "none"
            ),
        ]
    )
    func `what RabbitMQ says about an argument is read`(text: String, field: String, required: String, actual: String) {
        let seen = InequivalentArgument.discrepancy(in: "PRECONDITION_FAILED - \(text)")
        #expect(seen == .init(field: field, required: required, actual: actual))
        #expect(InequivalentArgument.discrepancy(in: "PRECONDITION_FAILED - something else") == nil)
    }

    @Test func `commands name the virtual host, and only when it is not the usual one`() {
        for host in ["/", "it's here"] {
            let mending = Mending(virtualHost: host, user: "worker", topology: topology)
            let all =
                mending.steps(for: .queue("q"), .different) + mending.steps(for: .permissions(user: "worker"), .refused)
                + mending.clear(policy: "p", isOperatorPolicy: false)
            for case .run(let command, _) in all
            where command.hasPrefix("rabbitmqctl") && !command.contains("list_user_permissions") {
                #expect(command.contains(#" --vhost 'it'\''s here' "#) == (host != "/"), "\(command)")
            }
        }
    }

    @Test func `what loses messages says so and comes after what saves them`() throws {
        let steps = Mending(virtualHost: "/", user: "u", topology: topology).steps(for: .queue("a queue"), .different)
        let text = lines(steps)
        let save = try #require(text.firstRange(of: "keep-a queue"))
        let loss = try #require(text.firstRange(of: "rabbitmqctl delete_queue 'a queue'   # LOSES"))
        #expect(save.upperBound < loss.lowerBound)
    }

    @Test func `words are quoted for the shell and for Erlang`() {
        let mending = Mending(virtualHost: "a\"b", user: "u", topology: topology)
        let text = lines(mending.steps(for: .exchange("it's"), .different))
        #expect(text.contains("<<97,34,98>>"), "\(text)")
        #expect(text.contains(#"<<"it'\''s">>"#), "\(text)")
    }

    @Test func `a refused user gets what the names need`() {
        let mending = Mending(virtualHost: "/", user: "worker", topology: topology)
        let text = lines(mending.steps(for: .queue("q"), .refused))
        #expect(text.contains(#"set_permissions worker '^my\.orders\.' '^my\.orders\.' '^my\.orders\.'"#), "\(text)")
    }
}
