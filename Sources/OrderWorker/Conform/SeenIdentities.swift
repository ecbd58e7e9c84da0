import OrderMessages
import SubscriptionLifecycle

/// The identities that came, and what came under them.
struct SeenIdentities: Sendable {
    /// How an identity stands to those before it.
    enum Standing: Sendable, Equatable {
        case new
        /// The same content came before.
        case again
        /// Other content came before: that of this type.
        case conflict(String)
    }

    private struct Content: Hashable {
        var source: String
        var fingerprint: String
    }

    private var types: [CommandIdentity: (fingerprint: String, type: String)] = [:]
    private var ids: [Content: [String]] = [:]
    private var repeated: [Content] = []

    mutating func take(_ order: Order) -> Standing {
        let identity = order.envelope.identity
        if let known = types[identity] {
            return known.fingerprint == order.fingerprint ? .again : .conflict(known.type)
        }
        types[identity] = (order.fingerprint, order.envelope.type)
        // A read may be asked for as often as one likes, and what replaces a dead letter is meant to be the same.
        guard !order.operation.isRead, !order.envelope.isDryRun, order.envelope.replaces == nil else { return .new }
        let content = Content(source: identity.source, fingerprint: order.fingerprint)
        ids[content, default: []].append(identity.id)
        if ids[content]?.count == 2 { repeated.append(content) }
        return .new
    }

    /// Adds what only all of them together show.
    func judge(into findings: inout ConformFindings<PublisherRule>) {
        for content in repeated {
            let all = (ids[content] ?? []).joined(separator: ", ")
            findings.add(
                .hint,
                .idempotency,
                all,
                "the same content under several ids is several commands; whoever tries again keeps the id"
            )
        }
        let sources = Set(types.keys.map(\.source))
        if types.count >= 3, sources.count == types.count {
            findings.add(
                .hint,
                .identity,
                nil,
                "every command has a source of its own; source names the publishing system"
            )
        }
        for identity in types.keys.sorted(by: { $0.id < $1.id })
        where identity.id.utf8.count < 4 || (identity.id.utf8.count < 6 && Int(identity.id) != nil) {
            let detail = "so short an id may come again some day; an order number or a UUID doesn't"
            findings.add(.hint, .identity, identity.id, detail)
        }
    }
}
