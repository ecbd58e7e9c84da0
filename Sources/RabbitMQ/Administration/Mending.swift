package import AMQP

/// The commands that mend a difference on one virtual host, as an operator types them.
package struct Mending: Hashable, Sendable {
    /// Where the topology is.
    package var virtualHost: String
    /// Who declares it.
    package var user: String
    /// What the user must be allowed to declare, write and read, as a regular expression.
    package var names: String

    /// Commands for that virtual host and user; `topology` tells which names the user needs.
    package init(virtualHost: String, user: String, topology: Topology) {
        self.virtualHost = virtualHost
        self.user = user
        names = Self.pattern(topology)
    }

    /// What mends a thing that is missing, different or refused.
    package func steps(for subject: TopologyDifference.Subject, _ kind: TopologyDifference.Kind) -> [MendingStep] {
        switch (subject, kind) {
        case (_, .refused), (.permissions, _): permit
        case (_, .missing), (.binding, _): [.declare]
        case (.queue(let name), _): replace(name)
        case (.exchange(let name), _): replace(name)
        case (.broker, _): []
        }
    }

    /// A queue can't be changed, only replaced; a shovel keeps its messages meanwhile.
    private func replace(_ queue: QueueName) -> [MendingStep] {
        let kept = "\(queue).kept"
        return [
            .advise("a queue can't be changed, only replaced: stop what publishes to it and what consumes it"),
            .run(
                "rabbitmq-plugins enable rabbitmq_shovel",
                warning: "for the messages in it; not needed when it is empty"
            ),
            .run(shovel("keep-\(queue)", from: queue.rawValue, to: kept), warning: "moves its messages to \(kept)"),
            .run(
                "rabbitmqctl list_queues\(host) name messages",
                warning: "go on when \(queue) has 0: what is left in it will be lost"
            ),
            .run(
                "rabbitmqctl delete_queue\(host) \(Self.quoted(queue.rawValue))",
                warning: "LOSES the messages that are still in it"
            ),
            .declare,
            .run(shovel("return-\(queue)", from: kept, to: queue.rawValue), warning: "moves the messages back"),
            .run(
                "rabbitmqctl delete_queue\(host) \(Self.quoted(kept))",
                warning: "when list_queues shows 0 messages in it"
            ),
        ]
    }

    private func replace(_ exchange: ExchangeName) -> [MendingStep] {
        let (host, name) = (Self.erlang(virtualHost), Self.erlang(exchange.rawValue))
        let delete = "rabbit_exchange:delete(rabbit_misc:r(\(host), exchange, \(name)), false, <<\"operator\">>)."
        return [
            .advise(
                "an exchange can't be changed, only replaced: stop what publishes to it, or its messages are refused"
            ),
            .run(
                "rabbitmqctl list_bindings\(self.host) source_name destination_name routing_key",
                warning: "note those of \(exchange): they go with it, also those of others"
            ),
            .run("rabbitmqctl eval \(Self.quoted(delete))", warning: "loses its bindings, no messages in queues"),
            .declare,
        ]
    }

    private var permit: [MendingStep] {
        let pattern = Self.quoted(names)
        return [
            .run("rabbitmqctl list_user_permissions \(Self.quoted(user))", warning: "the next command replaces these"),
            .run("rabbitmqctl set_permissions\(host) \(Self.quoted(user)) \(pattern) \(pattern) \(pattern)"),
        ]
    }

    /// What mends a policy that overrides what a queue was declared with.
    package func clear(policy: String, isOperatorPolicy: Bool) -> [MendingStep] {
        [
            .advise("the policy may be meant for other queues: then narrow its pattern instead of removing it"),
            .run(
                "rabbitmqctl \(isOperatorPolicy ? "clear_operator_policy" : "clear_policy")\(host) \(Self.quoted(policy))"
            ),
        ]
    }

    /// What brings at-least-once dead-lettering back when the feature flag was off.
    ///
    /// The flag alone is not enough: RabbitMQ looks at it when a queue is declared and when a policy changes, so queues
    /// that are there already go on losing messages.
    package var enableStreamQueues: [MendingStep] {
        let again =
            "[rabbit_quorum_queue:policy_changed(Q) || Q <- rabbit_amqqueue:list(\(Self.erlang(virtualHost))), "
            + "amqqueue:get_type(Q) =:= rabbit_quorum_queue]."
        return [
            .run("rabbitmqctl enable_feature_flag stream_queue"),
            .run("rabbitmqctl eval \(Self.quoted(again))", warning: "lets queues that are there already take notice"),
        ]
    }

    // MARK: Words of the shell and of Erlang

    private var host: String { virtualHost == "/" ? "" : " --vhost \(Self.quoted(virtualHost))" }

    private func shovel(_ name: String, from source: String, to target: String) -> String {
        let uri = virtualHost == "/" ? "amqp://" : "amqp:///\(Self.percentEncoded(virtualHost))"
        let definition =
            #"{"src-protocol":"amqp091","src-uri":"\#(uri)","src-queue":"\#(Self.json(source))","#
            + #""dest-protocol":"amqp091","dest-uri":"\#(uri)","dest-queue":"\#(Self.json(target))","#
            + #""src-delete-after":"queue-length"}"#
        return "rabbitmqctl set_parameter\(host) shovel \(Self.quoted(name)) \(Self.quoted(definition))"
    }

    /// As it is when it is plain, otherwise between quotation marks.
    package static func quoted(_ word: String) -> String {
        let isPlain =
            !word.isEmpty
            && word.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || [0x2D, 0x2E, 0x5F, 0x2F].contains(byte)
            }
        return isPlain ? word : "'" + word.replacing("'", with: #"'\''"#) + "'"
    }

    /// An Erlang binary, byte by byte where it is not plain.
    private static func erlang(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C }
        return isPlain ? "<<\"\(text)\">>" : "<<" + text.utf8.map { "\($0)" }.joined(separator: ",") + ">>"
    }

    private static func json(_ text: String) -> String {
        text.replacing(#"\"#, with: #"\\"#).replacing(#"""#, with: #"\""#)
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { byte in
            let isPlain = (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            let digits = String(byte, radix: 16, uppercase: true)
            return isPlain ? String(UnicodeScalar(byte)) : "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }

    /// `^orders\.` when every name begins with `orders.`, otherwise everything.
    private static func pattern(_ topology: Topology) -> String {
        let names = topology.exchanges.map(\.name.rawValue) + topology.queues.map(\.name.rawValue)
        guard let first = names.first else { return ".*" }
        let common = names.dropFirst().reduce(first) { common, name in
            String(zip(common, name).prefix { $0 == $1 }.map(\.0))
        }
        guard let dot = common.lastIndex(of: "."), names.count > 1 else { return ".*" }
        let special: Set<Character> = [
            "\\", "^", "$", ".", "|", "?", "*", "+", "(", ")", "[", "]", "{", "}",
        ]
        return "^" + common[...dot].map { special.contains($0) ? "\\\($0)" : String($0) }.joined()
    }
}
