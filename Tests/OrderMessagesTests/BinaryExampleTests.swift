import OrderMessages
import SubscriptionLifecycle
import Testing

/// `examples/binary/`: the full renewal once more, as a message in binary mode.
@Suite("Examples of binary mode")
struct BinaryExampleTests {
    private static let operation = OrderOperation.renewSubscription

    /// Both ways to carry attributes, made of the structured example.
    private static func documents() throws -> [(path: String, json: JSON)] {
        let full = try Examples.command(operation, "full")
        let common: [String] = ["specversion", "data", "datacontenttype"]
        let attributes = (full.object?.members ?? []).filter { !common.contains($0.name) }
        let isProperty = ["id": "message_id", "source": "app_id", "type": "type", "correlationid": "correlation_id"]
        var properties = JSON.Object([.init("content_type", "application/json"), .init("delivery_mode", 2)])
        let bare = properties
        var fewHeaders = JSON.Object()
        for attribute in attributes {
            switch attribute.name {
            // 2026-03-01T09:30:00Z
            case "time": properties.append("timestamp", .integer(1_772_357_400))
            case let name where isProperty[name] != nil: properties.append(isProperty[name] ?? name, attribute.value)
            default: fewHeaders.append("cloudEvents:\(attribute.name)", attribute.value)
            }
        }
        let headers = JSON.Object(attributes.map { .init("cloudEvents:\($0.name)", $0.value) })
        return [("properties", properties, fewHeaders), ("headers", bare, headers)].map { name, properties, headers in
            var all = properties
            all.append("headers", .object(headers))
            let json: JSON = [
                "exchange": "orders.commands", "routing_key": .string(operation.rawValue), "properties": .object(all),
                "body": full["data"] ?? .null,
            ]
            return ("examples/binary/\(operation.rawValue)-\(name).json", json)
        }
    }

    @Test("They are made of the full renewal")
    func files() throws {
        for (path, json) in try Self.documents() {
            #expect(
                try !Examples.differs(path, json.prettyText),
                "\(path): write it with UPDATE_CONTRACTS=1 swift test"
            )
        }
    }

    @Test(
        "The worker reads each as the very order that the structured example is",
        arguments: ["properties", "headers"]
    )
    func translated(name: String) throws {
        let example = try Examples.read("examples/binary/\(Self.operation.rawValue)-\(name).json")
        let properties = try #require(example["properties"])
        #expect(example["routing_key"]?.text == Self.operation.rawValue)
        let headers = properties["headers"]?.object?.members ?? []
        let message = WireMessage(
            contentType: properties["content_type"]?.text,
            headers: Dictionary(headers.map { ($0.name, $0.value.text ?? "") }) { first, _ in first },
            messageID: properties["message_id"]?.text,
            type: properties["type"]?.text,
            appID: properties["app_id"]?.text,
            timestamp: properties["timestamp"]?.wholeNumber.flatMap(UInt64.init(exactly:)),
            correlationID: properties["correlation_id"]?.text,
            body: try #require(example["body"]).compactBytes
        )
        let structured = Messages.structured(try Examples.command(Self.operation, "full"))
        let order = try Translator().translate(message, from: Self.operation)
        #expect(try order == Translator().translate(structured, from: Self.operation))
    }
}
