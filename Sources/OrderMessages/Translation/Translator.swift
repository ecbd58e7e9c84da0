public import SubscriptionLifecycle

/// The message translator: bytes and properties to a typed command, strictly.
public struct Translator: Sendable {
    /// The largest body, in bytes.
    public var maximumMessageSize: Int
    /// The prefix of the topology: what a `reply_to` must not start with.
    public var topologyPrefix: String

    /// Which versions of which commands it reads.
    let versions: CommandVersions

    /// A translator with its limits.
    public init(
        maximumMessageSize: Int = 1 << 20,
        topologyPrefix: String = "orders",
        versions: CommandVersions = .published
    ) {
        self.maximumMessageSize = maximumMessageSize
        self.topologyPrefix = topologyPrefix
        self.versions = versions
    }

    /// Translates a message that came from the queue of that operation.
    public func translate(_ message: WireMessage, from operation: OrderOperation) throws(Poison) -> Order {
        var sender = Sender(message)
        do throws(Poison) {
            let event = try read(message)
            sender = Sender(event, message)
            try checkVersion(event)
            let identity = try identity(event, message)
            let version = try checkedVersion(event, operation)
            try checkReplyTo(message, event, operation)
            return try order(event, version, identity, message, operation)
        } catch {
            throw sender.signed(error)
        }
    }

    /// Reads only the identity and the operation that the type names, as far as they can be read; for what the broker gave back.
    public func peek(_ message: WireMessage) -> (identity: CommandIdentity?, operation: OrderOperation?) {
        if let event = try? read(message) {
            return (Sender(event, message).identity, CommandType(event["type"]?.text ?? "")?.operation)
        }
        // The body can't be read; in binary mode the headers still can.
        guard case .binary? = try? ContentMode(contentType: message.contentType) else { return (nil, nil) }
        let attributes = message.binaryAttributes
        return (Sender(attributes, message).identity, CommandType(attributes["type"]?.text ?? "")?.operation)
    }

    /// The event that a message carries, whatever its mode, as far as it can be read; nothing of it is checked.
    public func event(_ message: WireMessage) -> JSON.Object? { try? read(message) }

    /// The event as one object, whatever its mode; members that are `null` count as absent, as CloudEvents wants it.
    private func read(_ message: WireMessage) throws(Poison) -> JSON.Object {
        let size = message.omittedBodySize ?? UInt64(message.body.count)
        guard message.omittedBodySize == nil, message.body.count <= maximumMessageSize else {
            throw Poison(.tooLarge, "The body has \(size) bytes; at most \(maximumMessageSize) are accepted.")
        }
        switch try ContentMode(contentType: message.contentType) {
        case .structured:
            guard case .object(let event) = try json(message.body, at: JSONPath()) else {
                throw Poison(
                    .malformedMessage,
                    "The body must be a JSON object: a CloudEvents event in structured mode."
                )
            }
            // A name that no attribute can have stays, so that the schema refuses it.
            return JSON.Object(
                event.members.filter { $0.value != .null || !TextPattern.attributeName.matches($0.name) }
            )
        case .binary:
            var event = message.binaryAttributes
            event.append("data", try json(message.body, at: JSONPath([.member("data")])))
            return event
        }
    }

    private func json(_ bytes: [UInt8], at path: JSONPath) throws(Poison) -> JSON {
        do throws(JSONError) {
            return try JSONReader.read(bytes)
        } catch {
            var error = error
            error.path = JSONPath(path.steps + error.path.steps)
            let place = error.path.description
            throw Poison(.malformedMessage, error.description, path: place.isEmpty ? nil : place)
        }
    }

    private func order(
        _ event: JSON.Object,
        _ version: CommandVersion,
        _ identity: CommandIdentity,
        _ message: WireMessage,
        _ operation: OrderOperation
    ) throws(Poison) -> Order {
        do throws(SchemaViolation) {
            if let violation = version.event.violation(in: .object(event)) { throw violation }
            let fields = Payload(object: event, path: JSONPath())
            let envelope = try envelope(fields, identity, message, operation)
            let data = event["data"] ?? .null
            var command = try versions.history(of: operation).command(data, version: version)
            if envelope.isDryRun, case .change(var change) = command {
                // A dry run looks at the subscription as it is now, and waits for nothing.
                change.expectedVersion = nil
                command = .change(change)
            }
            return Order(
                envelope: envelope,
                operation: operation,
                command: command,
                // Of what was sent, not of what it became.
                fingerprint: Fingerprint.text(type: envelope.type, data: data),
                content: ["type": .string(envelope.type), "data": data]
            )
        } catch {
            throw Poison(violation: error)
        }
    }

    private func envelope(
        _ fields: Payload,
        _ identity: CommandIdentity,
        _ message: WireMessage,
        _ operation: OrderOperation
    ) throws(SchemaViolation) -> Envelope {
        let trace = TraceContext(fields, message)
        let isDryRun = fields.flag(ifPresent: "dryrun") ?? false
        return Envelope(
            identity: identity,
            type: try fields.text("type"),
            time: fields.text(ifPresent: "time"),
            correlationID: fields.text(ifPresent: "correlationid") ?? Sender.usable(message.correlationID),
            replaces: fields.text(ifPresent: "replaces"),
            traceparent: trace?.parent,
            tracestate: trace?.state,
            isDryRun: isDryRun,
            replyTo: isDryRun || operation.isRead ? message.replyTo.flatMap { $0.isEmpty ? nil : $0 } : nil
        )
    }
}

extension Poison {
    /// A violation of the schema, its path before the colon.
    init(violation: SchemaViolation) {
        let path = violation.path.description
        self.init(.schemaViolation, "\(path): \(violation.message)", path: path)
    }
}
