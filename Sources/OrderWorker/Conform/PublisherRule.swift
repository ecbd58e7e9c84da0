/// What a publisher is graded on.
enum PublisherRule: String, ConformRule {
    case routing
    case schema
    case identity
    case idempotency
    case numbering
    case size
    case properties
    case headers
    case replyTo = "reply-to"
    case terms

    var meaning: String {
        switch self {
        case .routing: "the routing key is the operation that the type names"
        case .schema: "the worker understands the message"
        case .identity: "source and id are there, at most 255 bytes each, and tell commands apart"
        case .idempotency:
            "the same source and id always come with the same content, and the same command with the same id"
        case .numbering: "expectedVersion counts the changes of a subscription without gaps, each number once"
        case .size: "the body is within MAX_MESSAGE_SIZE"
        case .properties: "persistent, with a content type, without expiration"
        case .headers: "a small header table, without names that the worker or the broker owns"
        case .replyTo: "reply_to names a queue that may be answered to"
        case .terms: "terms end on a day, not after a length"
        }
    }
}
