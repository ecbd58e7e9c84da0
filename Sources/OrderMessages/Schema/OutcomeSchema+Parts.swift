import SubscriptionLifecycle

extension OutcomeSchema {
    enum Presence {
        case required, optional

        func property(_ name: String, _ schema: Schema) -> ObjectRules.Property {
            switch self {
            case .required: .required(name, schema)
            case .optional: .optional(name, schema)
            }
        }
    }

    /// How the subscription stands; the state is there whenever anything is known of it.
    func standing(_ presence: Presence) -> [ObjectRules.Property] {
        [
            .optional("version", count("Counts the subscription's changes; order by it.")),
            .optional("previousState", states.described("The state before.")),
            presence.property("state", states.described("The state now; in a preview, the state it would lead to.")),
            .optional("endsWithTerm", .flag("Whether it is marked to end with its term; only there when it is.")),
            .optional("entitlement", entitlement),
            .optional("consumption", .list(of: activation, 0...Int.max, "What is activated, where it was asked for.")),
        ]
    }

    private var states: Schema { .oneOf(SubscriptionState.allCases.map(\.rawValue)) }

    // What EMS or a person has written may have line breaks.
    private var text: Schema { .text(0...Int.max, like: nil) }

    private var emsState: Schema { .oneOf(Entitlement.State.allCases.map(\.rawValue), "As EMS has it.") }

    private var quantity: Schema { .integer(Int.min...Int.max) }

    private var attributes: Schema { .object("Custom attributes.", [], others: .texts(nameLength: 0...Int.max, text)) }

    private var term: Schema {
        object(
            "Both ends inclusive; without an end it never expires.",
            [.optional("start", .date("The first day.")), .optional("end", .date("The last day."))]
        )
    }

    private func named(_ summary: String, version: Bool = false) -> Schema {
        object(
            summary,
            [.optional("externalId", text), .optional("identifier", text), .optional("name", text)]
                + (version ? [.optional("version", text)] : []) + [.optional("id", text)]
        )
    }

    private var lineItem: Schema {
        object(
            "A line item.",
            [
                .required("lineId", text.described("Its name within the subscription.")),
                .required("productKeyId", text.described("The product key in EMS.")),
                .required("product", named("What it entitles to.", version: true)),
                .required("quantity", quantity.described("The total.")),
                .required("available", quantity.described("What is not activated yet.")),
                .required("emsState", emsState),
                .required("term", term),
                .optional("attributes", attributes),
            ]
        )
    }

    private var entitlement: Schema {
        object(
            "What EMS holds.",
            [
                .required("entitlementId", text.described("The entitlement in EMS (eId).")),
                .required("emsState", emsState),
                .required("term", term),
                .optional("customer", named("Who owns it.")),
                .optional("channelPartner", named("Who sold it.")),
                .required("lineItems", .list(of: lineItem, 0...Int.max, "Every line, whatever its state.")),
                .required("attributes", attributes),
                .optional("orderId", text.described("refId2 in EMS.")),
                .optional("purchaseOrder", text.described("refId1 in EMS.")),
                .optional("contact", object("The person who owns it.", [.required("email", text)])),
            ]
        )
    }

    private var activation: Schema {
        object(
            "What of a line is activated.",
            [
                .required("activationId", text), .required("productKeyId", text), .required("quantity", quantity),
                .optional("activatedAt", text), .optional("state", text),
            ]
        )
    }
}

// MARK: - What happened

extension OutcomeSchema {
    var changes: Schema { .list(of: change, 0...Int.max, "What the command changed, field by field.") }

    private var change: Schema {
        let value = Schema(.anything)
        return object(
            "A field; null is not set.",
            [
                .required("field", .text(1...Int.max, like: nil, "Such as term.end, or lineItems.1.quantity.")),
                .required("from", value), .required("to", value),
            ]
        )
    }

    var calls: Schema {
        .list(
            of: object(
                "A call to EMS.",
                [.required("method", text), .required("path", text), .optional("body", Schema(.anything))]
            ),
            0...Int.max,
            "What would be sent to EMS."
        )
    }

    var rejection: Schema {
        let facts = Schema.object(nil, [], others: .tolerated)
        return object(
            "Why it is refused.",
            [
                .required("code", .oneOf(RejectionCode.allCases.map(\.rawValue), "See codes.json.")),
                .required("message", text.described("For a person.")),
                .optional(
                    "transition",
                    object("What was asked of which state.", [.required("from", states), .required("operation", text)])
                ),
                .required("observed", facts.described("What was seen.")),
                .required("required", facts.described("What the rule wants.")),
            ]
        )
    }

    var deadLetter: [ObjectRules.Property] {
        [
            .optional("version", count("Set where it left something in EMS: the version counts up.")),
            .required(
                "deadLetter",
                object(
                    "Why it is in the dead-letter queue.",
                    [
                        .required("reason", .oneOf(DeadLetterReason.allCases.map(\.rawValue), "See codes.json.")),
                        .required("detail", text.described("For a person; begins with the path of what is wrong.")),
                        .required("attempts", count("How often it was tried.")),
                        .optional("applied", changes.described("What was written to EMS.")),
                        .optional("missing", changes.described("What was not.")),
                    ],
                    [.together(["applied", "missing"])]
                )
            ),
        ]
    }
}
