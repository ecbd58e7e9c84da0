/// A topology in RabbitMQ's definitions format, as `rabbitmqctl import_definitions` takes it.
public enum TopologyDefinitions {
    /// An argument that JSON can't carry to RabbitMQ as it is.
    public struct Unsupported: Error, Hashable, Sendable, CustomStringConvertible {
        /// The exchange or queue, and the argument.
        public let place: String
        /// The type that has no form in definitions.
        public let type: String

        /// What can't be written, and what to do.
        public var description: String {
            "\(place) is a value of type \(type), which RabbitMQ's definitions can't carry; "
                + "use a boolean, a number, a text, a list or a table"
        }
    }

    /// The definitions as JSON, readable by people; the same topology always gives the same text.
    public static func json(_ topology: Topology, virtualHost: String) throws(Unsupported) -> String {
        let host = quoted(virtualHost)
        var exchanges: [String] = []
        for exchange in topology.exchanges {
            exchanges.append(
                """
                    {"name": \(quoted(exchange.name.rawValue)), "vhost": \(host), "type": "\(exchange.kind.rawValue)", \
                "durable": true, "auto_delete": false, "internal": false, \
                "arguments": \(try object(exchange.arguments, "exchange '\(exchange.name)'"))}
                """
            )
        }
        var queues: [String] = []
        for queue in topology.queues {
            queues.append(
                """
                    {"name": \(quoted(queue.name.rawValue)), "vhost": \(host), "durable": true, "auto_delete": false, \
                "arguments": \(try object(queue.arguments, "queue '\(queue.name)'"))}
                """
            )
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

    private static func object(_ table: FieldTable, _ place: String) throws(Unsupported) -> String {
        var members: [String] = []
        var names: Set<String> = []
        for field in table.fields {
            guard names.insert(field.name).inserted else {
                throw Unsupported(place: "\(place), argument '\(field.name)',", type: "repeated argument")
            }
            members.append("\(quoted(field.name)): \(try value(field.value, "\(place), argument '\(field.name)',"))")
        }
        return "{" + members.joined(separator: ", ") + "}"
    }

    private static func value(_ value: FieldValue, _ place: String) throws(Unsupported) -> String {
        switch value {
        case .boolean(let flag): return String(flag)
        case .integer(let number): return String(number)
        case .unsigned(let number): return String(number)
        case .double(let number):
            guard number.isFinite else { throw Unsupported(place: place, type: "double that is no finite number") }
            return String(number)
        case .text(let text): return quoted(text)
        case .array(let values):
            var elements: [String] = []
            for element in values { elements.append(try self.value(element, place)) }
            return "[" + elements.joined(separator: ", ") + "]"
        case .table(let table): return try object(table, place)
        // RabbitMQ would read another type out of whatever is written here, and the broker then holds another argument.
        case .timestamp: throw Unsupported(place: place, type: "timestamp")
        case .decimal: throw Unsupported(place: place, type: "decimal")
        case .bytes: throw Unsupported(place: place, type: "bytes")
        case .void: throw Unsupported(place: place, type: "void")
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
