/// What a subscriber is graded on.
enum SubscriberRule: String, ConformRule {
    case answer
    case order
    case duplicates
    case refusals
    case unknownFields = "unknown-fields"
    case futureVersions = "future-versions"
    case largeEvents = "large-events"
    case noSubscription = "no-subscription"
    case queue

    var meaning: String {
        switch self {
        case .answer: "the subscriber's answer can be read, and it saw the last event"
        case .order: "the highest version wins, whatever came last"
        case .duplicates: "an event takes effect once, however often it is delivered"
        case .refusals: "what was rejected, dead-lettered or only previewed changes no subscription"
        case .unknownFields: "unknown fields and attributes are passed over, the event is taken"
        case .futureVersions: "unknown versions, outcomes and operations are passed over, and block nothing"
        case .largeEvents: "an event with a thousand line items is taken"
        case .noSubscription: "an event without a subscription blocks nothing"
        case .queue: "the queue is empty in the end, and still consumed"
        }
    }
}
