/// A topology in RabbitMQ's definitions format, as `rabbitmqctl import_definitions` takes it.
public enum TopologyDefinitions {
    /// The definitions as JSON, readable by people; the same topology always gives the same text.
    public static func json(_ topology: Topology, virtualHost: String) -> String {
        let host = quoted(virtualHost)
        let exchanges = topology.exchanges.map { exchange in
            """
                {"name": \(quoted(exchange.name.rawValue)), "vhost": \(host), "type": "\(exchange.kind.rawValue)", \
            "durable": true, "auto_delete": false, "internal": false, "arguments": \(object(exchange.arguments))}
            """
        }
        let queues = topology.queues.map { queue in
            """
                {"name": \(quoted(queue.name.rawValue)), "vhost": \(host), "durable": true, "auto_delete": false, \
            "arguments": \(object(queue.arguments))}
            """
        }
        let bindings = topology.bindings.map { binding in
            """
                {"source": \(quoted(binding.exchange.rawValue)), "vhost": \(host), \
            "destination": \(quoted(binding.queue.rawValue)), "destination_type": "queue", \
            "routing_key": \(quoted(binding.routingKey.rawValue)), "arguments": {}}
            """
        }
        return """
            {
              "exchanges": [
            \(exchanges.joined(separator: ",\n"))
              ],
              "queues": [
            \(queues.joined(separator: ",\n"))
              ],
              "bindings": [
            \(bindings.joined(separator: ",\n"))
              ]
            }
            """
    }

    private static func object(_ table: FieldTable) -> String {
        "{" + table.fields.map { "\(quoted($0.name)): \(value($0.value))" }.joined(separator: ", ") + "}"
    }

    private static func value(_ value: FieldValue) -> String {
        switch value {
        case .boolean(let flag): String(flag)
        case .integer(let number): String(number)
        case .unsigned(let number), .timestamp(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): quoted(text)
        case .array(let values): "[" + values.map(self.value).joined(separator: ", ") + "]"
        case .table(let table): object(table)
        // Arguments of topologies don't use these.
        case .decimal, .bytes, .void: "null"
        }
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case let scalar where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            case let scalar: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
