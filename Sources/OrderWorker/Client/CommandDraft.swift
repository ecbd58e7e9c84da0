import Foundation
import OrderMessages
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
        let json = Result { () throws(JSONError) in try JSONReader.read(event) }
        guard let operation = try operation ?? Self.operation(of: json) else {
            throw CommandFailure(
                description: "the event names no operation in its type (orders.<operation>.v1); \(Self.rawHint)"
            )
        }
        body = event
        id = (try? json.get())?["id"]?.text
        self.operation = operation
    }

    /// An event around `data`, which is JSON text.
    init(operation: OrderOperation, data: String, id: String?, source: String, dryRun: Bool) throws {
        let identity = id ?? UUID().uuidString.lowercased()
        let payload: JSON
        do throws(JSONError) {
            payload = try JSONReader.read(Array(data.utf8))
        } catch {
            throw CommandFailure(description: "the data is no JSON: \(error)")
        }
        var event: JSON.Object = .init([
            .init("specversion", "1.0"), .init("id", .string(identity)), .init("source", .string(source)),
            .init("type", .string("orders.\(operation.rawValue).v1")),
            .init("time", .string(Date().formatted(.iso8601))), .init("datacontenttype", "application/json"),
        ])
        if dryRun { event.append("dryrun", .bool(true)) }
        event.append("data", payload)
        body = JSON.object(event).compactBytes
        self.id = identity
        self.operation = operation.rawValue
    }

    /// With `--operation` alone, FILE would be taken for the data of an event.
    private static let rawHint = "to send it as it is, say --raw --operation OPERATION"

    /// The operation that the type names; `nil` when there is none.
    private static func operation(of event: Result<JSON, JSONError>) throws -> String? {
        switch event {
        case .failure(let error):
            throw CommandFailure(description: "the event is no JSON (\(error)); \(rawHint)")
        case .success(let json):
            guard json.object != nil else {
                throw CommandFailure(description: "the event must be a JSON object; \(rawHint)")
            }
            let parts = json["type"]?.text?.split(separator: ".") ?? []
            return parts.count == 3 && parts[0] == "orders" ? String(parts[1]) : nil
        }
    }
}
