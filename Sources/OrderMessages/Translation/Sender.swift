import SubscriptionLifecycle

/// What can be said of a message's origin, however wrong the rest of it is: goes onto its dead letter.
struct Sender {
    var identity: CommandIdentity?
    var correlationID: String?
    var subscriptionID: String?

    /// Nothing but what the properties say.
    init(_ message: WireMessage) {
        // Before the body is read, only binary mode says more.
        let isBinary = if case .binary? = try? ContentMode(contentType: message.contentType) { true } else { false }
        self.init(isBinary ? message.binaryAttributes : JSON.Object(), message)
    }

    /// As much as the event says.
    init(_ event: JSON.Object, _ message: WireMessage) {
        if let id = Self.usable(event["id"]?.text), let source = Self.usable(event["source"]?.text) {
            identity = CommandIdentity(source: source, id: id)
        }
        correlationID =
            Self.usable(event["correlationid"]?.text) ?? Self.usable(message.correlationID) ?? identity?.id
        subscriptionID = event["data"]?["subscriptionId"]?.text.flatMap { SubscriptionID($0) }?.description
    }

    /// The poison with all that is known of the sender.
    func signed(_ poison: Poison) -> Poison {
        var poison = poison
        poison.identity = identity
        poison.correlationID = correlationID
        poison.subscriptionID = subscriptionID
        return poison
    }

    /// A text within the limits of an identity.
    static func usable(_ text: String?) -> String? {
        text.flatMap {
            (1...CommandIdentity.maximumLength).contains($0.utf8.count) && TextPattern.line.matches($0) ? $0 : nil
        }
    }
}
