import AMQP
import OrderMessages
import SubscriptionLifecycle

/// What a message carries besides its body.
extension PublisherGrade {
    mutating func judgeProperties(_ message: Message, _ name: String, _ event: JSON.Object) {
        let properties = message.properties
        if properties.deliveryMode != .persistent {
            findings.add(
                .failure,
                .properties,
                name,
                "delivery_mode is not 2: the message is lost when the broker restarts"
            )
        }
        if let expiration = properties.expiration {
            let detail = "expiration \(expiration): a command that waits would die in its queue"
            findings.add(.failure, .properties, name, detail)
        }
        if properties.contentType == nil {
            findings.add(.hint, .properties, name, "no content_type; say application/cloudevents+json")
        }
        if let encoding = properties.contentEncoding, !["utf-8", "identity", ""].contains(encoding.lowercased()) {
            let detail = "content_encoding \(encoding) is not looked at: the body must be plain JSON"
            findings.add(.hint, .properties, name, detail)
        }
        if let id = event["id"]?.text, properties.messageID != id {
            let isThere = properties.messageID.map { "is \($0)" } ?? "is missing"
            findings.add(
                .hint,
                .properties,
                name,
                "message_id \(isThere); set it to the id, so that a broker's trace shows it"
            )
        }
        if properties.userID != nil {
            findings.add(.hint, .properties, name, "user_id is lost when the command is dead-lettered or sent again")
        }
        if properties.replyTo?.isEmpty == false, let type = event["type"]?.text, event["dryrun"] != true,
            !OrderOperation.allCases.contains(where: { $0.isRead && type.hasPrefix("orders.\($0.rawValue).") })
        {
            let detail = "reply_to is not answered to for a change; its outcome goes to the events exchange alone"
            findings.add(.hint, .replyTo, name, detail)
        }
    }

    mutating func judgeHeaders(_ message: Message, _ name: String) {
        if let omitted = message.omittedHeaders {
            let detail =
                "the header table has \(omitted.byteCount) bytes, or is nested too deeply: at most 64 KiB and 32 levels"
            return findings.add(.failure, .headers, name, detail)
        }
        let isStructured = message.properties.contentType?.hasPrefix("application/json") != true
        for field in message.properties.headers.fields {
            let header = field.name.lowercased()
            if header.hasPrefix("dead-letter-") {
                findings.add(.failure, .headers, name, "the header \(field.name) is the worker's own")
            } else if header == "cc" || header == "bcc" {
                let detail = "the header \(field.name) sends copies to other queues: dead letters there, wrong-queue"
                findings.add(.failure, .headers, name, detail)
            } else if header.hasPrefix("x-") {
                findings.add(.hint, .headers, name, "the header \(field.name) is the broker's to set")
            } else if isStructured, header.hasPrefix("cloudevents:") || header.hasPrefix("cloudevents_") {
                findings.add(
                    .hint,
                    .headers,
                    name,
                    "the header \(field.name) is not looked at: the body is the whole event"
                )
            }
        }
    }
}
