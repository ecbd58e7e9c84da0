import Foundation
import SubscriptionLifecycle

/// A command to be published: an event from a file, or one put together from parts.
///
/// Deliberately unchecked, so that wrong ones can be sent too; the worker has the last word.
struct CommandDraft {
    /// The bytes of the event, in structured mode.
    var body: [UInt8]
    /// The routing key.
    var operation: String
    /// The CloudEvents id, when it could be read.
    var id: String?

    /// A whole event, as it is; the operation from its type unless given.
    init(event: [UInt8], operation: String?) throws {
        let fields = try? JSONDecoder().decode(Fields.self, from: Data(event))
        guard let operation = operation ?? fields?.type.flatMap(Self.operation) else {
            throw CommandFailure(
                description:
                    "the event names no operation in its type (orders.<operation>.v1); say which with --operation"
            )
        }
        body = event
        id = fields?.id
        self.operation = operation
    }

    /// An event around `data`, which is JSON text.
    init(operation: OrderOperation, data: String, id: String?, source: String, dryRun: Bool) throws {
        let identity = id ?? UUID().uuidString.lowercased()
        guard let payload = try? JSONSerialization.jsonObject(with: Data(data.utf8)) else {
            throw CommandFailure(description: "the data is no JSON")
        }
        var event: [String: Any] = [
            "specversion": "1.0", "id": identity, "source": source, "type": "orders.\(operation.rawValue).v1",
            "time": Date().formatted(.iso8601), "datacontenttype": "application/json", "data": payload,
        ]
        if dryRun { event["dryrun"] = true }
        body = Array(
            try JSONSerialization.data(withJSONObject: event, options: [.sortedKeys, .withoutEscapingSlashes])
        )
        self.id = identity
        self.operation = operation.rawValue
    }

    private struct Fields: Decodable {
        var id: String?
        var type: String?
    }

    private static func operation(ofType type: String) -> String? {
        let parts = type.split(separator: ".")
        return parts.count == 3 && parts[0] == "orders" ? String(parts[1]) : nil
    }
}
