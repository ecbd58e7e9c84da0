import SubscriptionLifecycle

/// The checks that come before the schema, in this order, because they have reasons of their own.
extension Translator {
    func checkVersion(_ event: JSON.Object) throws(Poison) {
        switch event["specversion"] {
        case .string("1.0"): return
        case .string(let version):
            throw Poison(
                .unsupportedVersion,
                "specversion: CloudEvents \(JSONPath.quoted(version)) is not supported; send 1.0.",
                path: "specversion"
            )
        case nil: throw Poison(.schemaViolation, "specversion: is required", path: "specversion")
        case let value?:
            throw Poison(.schemaViolation, "specversion: must be text, is \(value.kind)", path: "specversion")
        }
    }

    func identity(_ event: JSON.Object, _ message: WireMessage) throws(Poison) -> CommandIdentity {
        let id = try identityPart("id", or: "message_id", event, message)
        let source = try identityPart("source", or: "app_id", event, message)
        return CommandIdentity(source: source, id: id)
    }

    private func identityPart(
        _ name: String,
        or property: String,
        _ event: JSON.Object,
        _ message: WireMessage
    ) throws(Poison) -> String {
        guard let text = event[name]?.text, !text.isEmpty else {
            let problem = event[name].map { $0.text == nil ? "must be text, is \($0.kind)" : "must not be empty" }
            let isBinary = if case .binary? = try? ContentMode(contentType: message.contentType) { true } else { false }
            let hint =
                isBinary
                ? "; with content type application/json it comes from the header cloudEvents:\(name) or the property \(property); "
                    + "if the body is the whole event, send application/cloudevents+json"
                : ""
            throw Poison(.identityMissing, "\(name): \(problem ?? "is required")\(hint)", path: name)
        }
        guard text.utf8.count <= CommandIdentity.maximumLength else {
            throw Poison(
                .schemaViolation,
                "\(name): must have at most \(CommandIdentity.maximumLength) bytes of UTF-8, has \(text.utf8.count)",
                path: name
            )
        }
        return text
    }

    /// The version that the type names, if it is one of this queue's operation that is published.
    func checkedVersion(_ event: JSON.Object, _ operation: OrderOperation) throws(Poison) -> CommandVersion {
        guard let value = event["type"] else {
            throw Poison(.schemaViolation, "type: is required", path: "type")
        }
        guard let text = value.text else {
            throw Poison(.schemaViolation, "type: must be text, is \(value.kind)", path: "type")
        }
        guard let type = CommandType(text) else {
            throw Poison(
                .unknownType,
                "type: \(JSONPath.quoted(text)) names no operation; it must be orders.<operation>.v1, the operation one of "
                    + OrderOperation.allCases.map(\.rawValue).joined(separator: ", "),
                path: "type"
            )
        }
        let history = versions.history(of: type.operation)
        guard let version = history.version(type.version) else {
            throw Poison(
                .unsupportedVersion,
                "type: version \(JSONPath.quoted("v\(type.version)")) of \(type.operation.rawValue) is not supported; send "
                    + history.supported,
                path: "type"
            )
        }
        guard type.operation == operation else {
            throw Poison(
                .wrongQueue,
                "type: \(text) belongs into the queue of \(type.operation.rawValue), but came from that of \(operation.rawValue); "
                    + "publish with the operation as the routing key",
                path: "type"
            )
        }
        return version
    }

    /// An answer must not land in a queue of the worker, or in one the broker reserves.
    func checkReplyTo(_ message: WireMessage, _ event: JSON.Object, _ operation: OrderOperation) throws(Poison) {
        guard operation.isRead || event["dryrun"] == .bool(true), let queue = message.replyTo, !queue.isEmpty else {
            return
        }
        let isReserved =
            queue.utf8.starts(with: "amq.".utf8) && !queue.utf8.starts(with: "amq.rabbitmq.reply-to".utf8)
            && !queue.utf8.starts(with: "amq.gen-".utf8)
        guard !isReserved, !queue.utf8.starts(with: topologyPrefix.utf8) else {
            throw Poison(
                .schemaViolation,
                "reply_to: must not start with \(isReserved ? "amq." : topologyPrefix); name a queue of your own, a queue "
                    + "that the broker named (amq.gen-), or amq.rabbitmq.reply-to",
                path: "reply_to"
            )
        }
    }
}
