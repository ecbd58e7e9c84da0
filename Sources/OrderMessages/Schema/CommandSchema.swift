public import SubscriptionLifecycle

/// The schemas of the commands: the whole event in structured mode, one per operation.
public enum CommandSchema {
    /// What a message in the queue of that operation must be.
    public static func event(_ operation: OrderOperation) -> Schema {
        event(operation, version: 1, data: data(operation))
    }

    /// The CloudEvents attributes around the payload of a version.
    ///
    /// An attribute that is `null` counts as absent, as CloudEvents wants it.
    public static func event(_ operation: OrderOperation, version: Int, data: Schema) -> Schema {
        let text255 = Schema.text(1...255, maximumBytes: CommandIdentity.maximumLength)
        return .object(
            operation.meaning,
            [
                .required("specversion", .constant("1.0", "The version of CloudEvents.")),
                .required(
                    "id",
                    text255.described(
                        "With source the identity of the command, its idempotency key. At most 255 bytes of UTF-8."
                    ).example("order-1")
                ),
                .required(
                    "source",
                    text255.described("Who publishes: a URI reference. At most 255 bytes of UTF-8.")
                        .example("https://shop.example.com/orders")
                ),
                .required(
                    "type",
                    .constant(
                        "orders.\(operation.rawValue).v\(version)",
                        "The operation and the version of this contract."
                    )
                ),
                .optional(
                    "time",
                    .text(20...64, like: .instant, "When the command was made, RFC 3339.").example(
                        "2026-03-01T09:30:00Z"
                    ).orNull
                ),
                .optional(
                    "subject",
                    .text(1...255, "For the publisher; the worker doesn't look at it.").example("SUB-1001").orNull
                ),
                .optional(
                    "datacontenttype",
                    .text(16...255, like: .jsonMediaType, "The type of data.").example("application/json").orNull
                ),
                .optional(
                    "dataschema",
                    .text(1...1024, "For the publisher; the worker doesn't look at it.")
                        .example(.string("https://shop.example.com/schemas/\(operation.rawValue)")).orNull
                ),
                .optional(
                    "correlationid",
                    text255.described(
                        "Echoed on every outcome; without it the AMQP correlation_id, else the id. At most 255 bytes of UTF-8."
                    ).example("quote-7731").orNull
                ),
                .optional(
                    "replaces",
                    text255.described(
                        "The id of the dead letter that this command replaces. At most 255 bytes of UTF-8."
                    ).example("order-0").orNull
                ),
                .optional(
                    "traceparent",
                    .text(0...1024, "W3C trace context; one that isn't well-formed is ignored.")
                        .example("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01").orNull
                ),
                .optional("tracestate", .text(0...1024, "W3C trace context.").example("shop=1").orNull),
                .optional("dryrun", .flag(operation.meaningOfDryRun).orNull),
                .required("data", data),
            ],
            others: .named(
                .attributeName,
                Schema(.scalar, "An extension attribute; the worker doesn't look at it.").orNull
            )
        )
    }

    /// What the payload of v1 must be.
    public static func data(_ operation: OrderOperation) -> Schema {
        switch operation {
        case .createSubscription:
            .object("The subscription to create.", creation + newSubscription + [.required("term", firstTerm)])
        case .startTrial:
            .object("The trial to start.", creation + newSubscription + [.required("trial", trial)])
        case .convertTrial:
            .object("The first paid term.", change + [.required("term", paidTerm), .optional("lineItems", anyChanges)])
        case .renewSubscription:
            .object("The next term.", change + [.required("term", nextTerm)])
        case .renewWithUpsell:
            .object("The next term, with more.", change + [.required("term", nextTerm), .required("lineItems", more)])
        case .renewWithReducedTier:
            .object("The next term, with less.", change + [.required("term", nextTerm), .required("lineItems", less)])
        case .cancelSubscription:
            .object("The end.", change + [.optional("effective", effective)])
        case .viewEntitlement:
            .object(
                "Which entitlement.",
                [
                    .optional("subscriptionId", subscriptionID),
                    .optional(
                        "entitlementId",
                        .text(1...255, "The id of the entitlement in EMS (eId).")
                            .example("6f0e8b0a-5b55-4c1e-9a1f-2f6a1f0d7c11")
                    ),
                ] + references + [.optional("include", include)],
                [.exactlyOne(["subscriptionId", "entitlementId"])]
            )
        case .syncEntitlements:
            .object("Which entitlements.", [.optional("filter", filter), .optional("include", include)])
        }
    }

    /// What the five operations on a subscription that is there have in common.
    private static let change = common(
        "The version the subscription must have: behind it the command waits, past it it is rejected with version-mismatch. A dry run doesn't look at it.",
        example: 1
    )

    /// What the two that create a subscription have in common.
    private static let creation = common(
        "0: the subscription must be absent. It never waits: any other version that the subscription doesn't have is rejected with version-mismatch, and one that it has with subscription-exists. A dry run doesn't look at it.",
        example: 0
    )

    private static func common(_ meaningOfVersion: String, example: JSON) -> [ObjectRules.Property] {
        [.required("subscriptionId", subscriptionID)] + references + [
            .optional("expectedVersion", .integer(0...1_000_000_000, meaningOfVersion).example(example))
        ]
    }

    private static let references: [ObjectRules.Property] = [
        .optional("orderId", .text(1...255, "The publisher's order; kept as refId2.").example("SO-15865")),
        .optional(
            "purchaseOrder",
            .text(1...255, "The customer's purchase order; kept as refId1.").example("PO-78521")
        ),
        .optional(
            "requestedBy",
            .text(1...255, "Who ordered it; a change notes it in the audit comment in EMS.").example(
                "jane@shop.example.com"
            )
        ),
        .optional(
            "reason",
            .text(1...255, like: .lines, "Why; a change notes it in the audit comment in EMS.").example(
                "Renewed by phone"
            )
        ),
    ]
}

extension OrderOperation {
    /// `orders.<operation>.v1`, the type of its command; a topology prefix doesn't change it.
    public var commandType: String { "orders.\(rawValue).v1" }

    /// What a dry run of its command does.
    var meaningOfDryRun: String {
        isRead
            ? "A read writes nothing anyway: it is read, and answered as without it."
            : "Decide only and write nothing; the outcome is previewed."
    }

    /// What its command does, in a sentence.
    public var meaning: String {
        switch self {
        case .createSubscription: "Creates a subscription, enabled, with customer, term and line items."
        case .startTrial: "Creates a subscription as a trial for a number of days."
        case .convertTrial: "Makes a trial a paid subscription: new term, line items added, removed or changed."
        case .renewSubscription: "Gives a subscription its next term, on the header and on every line."
        case .renewWithUpsell: "Gives the next term, and adds line items or quantity; removes nothing."
        case .renewWithReducedTier: "Gives the next term, and removes line items or quantity; adds nothing."
        case .cancelSubscription: "Ends a subscription now, or marks it to end with its term."
        case .viewEntitlement: "Reads one entitlement."
        case .syncEntitlements: "Reads many entitlements: one event for each, then a last one."
        }
    }
}
