public import SubscriptionLifecycle

/// The schemas of the outcome events, one per operation and outcome.
///
/// They tolerate unknown members, because fields may be added; the closed form, which doesn't, shows in a test that
/// the schema tells all that the worker says.
public struct OutcomeSchema: Sendable {
    /// Whether unknown members are refused.
    let isClosed: Bool

    /// The schemas for subscribers unless they shall be closed.
    public init(isClosed: Bool = false) { self.isClosed = isClosed }

    /// The outcomes that an operation can have, as the last word of the routing key.
    public static func outcomes(of operation: OrderOperation) -> [String] {
        switch operation {
        case .createSubscription, .startTrial, .convertTrial, .renewSubscription, .renewWithUpsell,
            .renewWithReducedTier, .cancelSubscription:
            Outcome.allCases.map(\.rawValue)
        case .viewEntitlement: [Outcome.succeeded, .rejected, .deadLettered].map(\.rawValue)
        case .syncEntitlements: ["entitlement"] + [Outcome.succeeded, .rejected, .deadLettered].map(\.rawValue)
        }
    }

    /// What an event with the routing key `<operation>.<outcome>` is.
    public func event(_ operation: OrderOperation, _ outcome: String) -> Schema {
        let text = Schema.text(1...Int.max)
        return object(
            "What became of a \(operation.rawValue): \(outcome).",
            [
                .required("specversion", .constant("1.0", "The version of CloudEvents.")),
                .required(
                    "id",
                    text.described("Deterministic: what was published twice has the same id.")
                        .example("f9718a40-91c9-594a-a7af-d53765d5c75c")
                ),
                .required("source", .constant(OutcomeEvent.source, "The worker, every one of them.")),
                .required(
                    "type",
                    .constant(
                        "orders.\(operation.rawValue).\(outcome).v1",
                        "Operation, outcome, and the version of this contract."
                    )
                ),
                subscription("subject", operation, outcome),
                .required(
                    "time",
                    .text(24...24, like: .instant, "When it was written, in UTC with milliseconds.")
                        .example("2026-03-01T09:30:01.250Z")
                ),
                .required("datacontenttype", .constant("application/json", "The type of data.")),
                .required("correlationid", text.described("The command's, or its id.").example("quote-7731")),
                .optional(
                    "traceparent",
                    text.described("W3C trace context, the command's.")
                        .example("00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01")
                ),
                .optional("tracestate", text.described("W3C trace context, the command's.").example("shop=1")),
                .required("data", data(operation, outcome)),
            ]
        )
    }

    private func data(_ operation: OrderOperation, _ outcome: String) -> Schema {
        let text = Schema.text(1...Int.max)
        let head: [ObjectRules.Property] = [
            .required(
                "command",
                object(
                    "Which command.",
                    [
                        .required("id", text.described("Its id.").example("order-1")),
                        .required("source", text.described("Its source.").example("https://shop.example.com/orders")),
                    ]
                )
            ),
            .required("operation", .constant(operation.rawValue, "What was ordered.")),
            .required("outcome", .constant(outcome, "What became of it.")),
            subscription("subscriptionId", operation, outcome),
            .optional("orderId", text.described("The command's.").example("SO-15865")),
        ]
        switch outcome {
        case Outcome.rejected.rawValue:
            return object(
                "Refused; it left nothing in EMS.",
                head + standing(.perhaps) + [.required("rejection", rejection)]
            )
        case Outcome.deadLettered.rawValue:
            return object(
                "Not understood or not completed; the message is in the dead-letter queue.",
                head + deadLetter
            )
        case Outcome.previewed.rawValue:
            return object(
                "A dry run: changes and calls, or a rejection with the entitlement as it is; and the guards that led to it.",
                head + standing(.perhaps) + [
                    .optional("changes", changes), .optional("calls", calls), .optional("rejection", rejection),
                    .optional("guards", guards),
                ],
                [.exactlyOne(["changes", "rejection"]), .together(["changes", "calls"])]
            )
        case _ where operation == .syncEntitlements && outcome == Outcome.succeeded.rawValue:
            return object(
                "Every entitlement has been sent.",
                head + [
                    .required("count", count("How many entitlements were sent.").example(2)),
                    .required("modifiedSince", .date("What to ask for next time.").example("2026-03-01")),
                ]
            )
        case _ where operation.isRead: return object("As EMS has it.", head + standing(.read))
        default: return object("It was done.", head + standing(.changed) + [.required("changes", changes)])
        }
    }

    /// The subscription's name, which every command of a changing operation has that could be read.
    private func subscription(
        _ name: String,
        _ operation: OrderOperation,
        _ outcome: String
    ) -> ObjectRules.Property {
        ObjectRules.Property(
            name: name,
            schema: Schema.text(1...Int.max).described("The subscription.").example("SUB-1001"),
            isRequired: !operation.isRead && outcome != Outcome.deadLettered.rawValue
        )
    }

    func object(
        _ summary: String,
        _ properties: [ObjectRules.Property],
        _ conditions: [ObjectRules.Condition] = []
    ) -> Schema {
        .object(summary, properties, conditions, others: isClosed ? .refused : .tolerated)
    }

    func count(_ summary: String, from least: Int = 0) -> Schema { .integer(least...Int.max, summary) }
}
