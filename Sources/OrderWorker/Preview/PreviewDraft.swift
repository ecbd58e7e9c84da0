import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// The message that shall be previewed, from a file or flags; whatever it is, the worker would make something of it.
struct PreviewDraft {
    private var message: WireMessage
    private var operation: OrderOperation

    init(file: String?, data: String?, operation: String?) throws {
        let bytes = try data.map { Array($0.utf8) } ?? Input.bytes(of: file ?? "-")
        if let known = operation.flatMap(OrderOperation.init(rawValue:)) {
            // Binary mode: the body is the data, and what is wrong with it is found as in a message.
            message = WireMessage(
                contentType: "application/json",
                messageID: "preview",
                type: "orders.\(known.rawValue).v1",
                appID: "/order-worker/preview",
                body: bytes
            )
            self.operation = known
        } else {
            message = WireMessage(contentType: "application/cloudevents+json", body: Self.asOrdered(bytes))
            // What names no operation is refused for that, or for less, in whichever queue it is.
            self.operation = Translator().peek(message).operation ?? .createSubscription
        }
    }

    /// The command as the worker would read it.
    func order(_ settings: WorkerSettings) throws(Poison) -> Order {
        try Translator(maximumMessageSize: settings.maxMessageSize, topologyPrefix: settings.topologyPrefix)
            .translate(message, from: operation)
    }

    /// Without the mark of a dry run, which would set aside the version that the command expects.
    private static func asOrdered(_ body: [UInt8]) -> [UInt8] {
        // Anything but true or false is a violation for the worker, and so for a preview.
        guard case .object(var event)? = try? JSONReader.read(body), case .bool? = event["dryrun"] else { return body }
        event.members.removeAll { $0.name == "dryrun" }
        return JSON.object(event).compactBytes
    }
}
