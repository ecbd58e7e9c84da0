/// A header that explains a dead letter: its name, what it says, and what it may be.
public enum DeadLetterHeader: String, CaseIterable, Hashable, Sendable {
    case reason = "dead-letter-reason"
    case detail = "dead-letter-detail"
    case stage = "dead-letter-stage"
    case operation = "dead-letter-operation"
    case queue = "dead-letter-queue"
    case attempts = "dead-letter-attempts"
    case time = "dead-letter-time"
    case worker = "dead-letter-worker"
    case round = "dead-letter-round"
    case headersOmitted = "dead-letter-headers-omitted"
    case bodyOmitted = "dead-letter-body-omitted"

    /// Whether every letter has it.
    public var isRequired: Bool {
        switch self {
        case .reason, .detail, .stage, .operation, .queue, .attempts, .time, .worker: true
        case .round, .headersOmitted, .bodyOmitted: false
        }
    }

    /// What its value is; every header is a text.
    ///
    /// A value is cut at a number of bytes, so it never has more characters.
    var schema: Schema {
        let text = Schema.text(0...DeadLetterHeaders.valueLimit)
        return switch self {
        case .reason:
            .oneOf(DeadLetterReason.allCases.map(\.rawValue), "What kind of failure; its meaning: codes.json.")
                .example("schema-violation")
        case .detail:
            .text(
                0...DeadLetterHeaders.budget,
                "What is wrong, for a person; begins with the path of what is wrong. Cut so that all stay within 16 KiB."
            ).example("data.term.months: must be at least 1")
        case .stage: text.described("Where on the line it ended.").example("translate")
        case .operation:
            text.described("The operation of its queue, or the routing key it came with.").example("renew-subscription")
        case .queue: text.described("The queue it came from.").example("orders.renew-subscription")
        case .attempts:
            Schema.text(1...20, like: .count, "How often it was tried, as decimal digits.").example("1")
        case .time: Schema.text(20...64, like: .instant, "When it ended, RFC 3339.").example("2026-03-01T09:30:01Z")
        case .worker: text.described("The worker that gave it up.").example("worker-1")
        case .round:
            Schema.text(1...20, like: .count, "Which round of a replayed command ended, as decimal digits.").example(
                "2"
            )
        case .headersOmitted:
            text.described("Size and SHA-256 of the original headers, where they were too large to keep.")
                .example("131072 bytes, SHA-256 …")
        case .bodyOmitted:
            text.described("Size and SHA-256 of the body, where it was too large to keep.")
                .example("16777217 bytes, SHA-256 …")
        }
    }
}

extension DeadLetterHeaders {
    /// What the headers of a dead letter are; the original's own headers are there too.
    ///
    /// The closed form refuses all but ours, which shows in a test that it tells all that is written.
    public static func schema(isClosed: Bool = false) -> Schema {
        let properties = DeadLetterHeader.allCases.map {
            ObjectRules.Property(name: $0.rawValue, schema: $0.schema, isRequired: $0.isRequired)
        }
        return .object(
            "The headers of a dead letter, all of them texts: each but the detail at most 600 bytes, together at most 16 KiB. The original's own headers stay beside them.",
            properties,
            others: isClosed ? .refused : .tolerated
        )
    }
}
