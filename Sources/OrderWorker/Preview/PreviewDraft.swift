import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// The command that shall be previewed, from a file or flags.
struct PreviewDraft {
    private var body: [UInt8]
    private var operation: OrderOperation

    init(file: String?, data: String?, operation: String?) throws {
        let bytes = try data.map { Array($0.utf8) } ?? Input.bytes(of: file ?? "-")
        let known = operation.flatMap(OrderOperation.init(rawValue:))
        if let known {
            let draft = try CommandDraft(
                operation: known,
                data: String(decoding: bytes, as: UTF8.self),
                id: "preview",
                source: "/order-worker/preview",
                dryRun: false
            )
            (body, self.operation) = (draft.body, known)
        } else {
            let draft = try CommandDraft(event: bytes, operation: nil)
            guard let named = OrderOperation(rawValue: draft.operation) else {
                throw CommandFailure(description: "there is no operation '\(draft.operation)'")
            }
            (body, self.operation) = (Self.asOrdered(draft.body), named)
        }
    }

    /// The command as the worker would read it.
    func order(_ settings: WorkerSettings) throws(Poison) -> Order {
        try Translator(maximumMessageSize: settings.maxMessageSize, topologyPrefix: settings.topologyPrefix)
            .translate(WireMessage(contentType: "application/cloudevents+json", body: body), from: operation)
    }

    /// Without the mark of a dry run, which would set aside the version that the command expects.
    private static func asOrdered(_ body: [UInt8]) -> [UInt8] {
        // Anything but true or false is a violation for the worker, and so for a preview.
        guard case .object(var event)? = try? JSONReader.read(body), case .bool? = event["dryrun"] else { return body }
        event.members.removeAll { $0.name == "dryrun" }
        return JSON.object(event).compactBytes
    }
}
