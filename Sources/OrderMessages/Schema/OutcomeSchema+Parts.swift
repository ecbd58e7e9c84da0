import SubscriptionLifecycle

extension OutcomeSchema {
    /// How much of a subscription's standing an outcome always tells.
    enum Knowledge {
        /// It was changed: all of it.
        case changed
        /// It was read: all but the state before, since nothing was done.
        case read
        /// It was refused or previewed: there may be no subscription, or nobody has looked.
        case perhaps
    }

    /// How the subscription stands.
    func standing(_ knowledge: Knowledge) -> [ObjectRules.Property] {
        let isThere = knowledge != .perhaps
        func property(_ name: String, _ schema: Schema, isRequired: Bool) -> ObjectRules.Property {
            ObjectRules.Property(name: name, schema: schema, isRequired: isRequired)
        }
        // What isn't there is at version 0, as `expectedVersion` counts.
        let version =
            isThere
            ? count("Counts the subscription's changes, from 1; order by it.", from: 1)
            : count("Counts the subscription's changes, from 1; 0 where there is none.")
        return [
            property("version", version.example(2), isRequired: isThere),
            property("previousState", states.described("The state before."), isRequired: knowledge == .changed),
            property(
                "state",
                states.described("The state now; in a preview, the state it would lead to."),
                isRequired: isThere
            ),
            .optional("endsWithTerm", .flag("Whether it is marked to end with its term; only there when it is.")),
            property("entitlement", entitlement, isRequired: isThere),
            .optional("consumption", .list(of: activation, 0...Int.max, "What is activated, where it was asked for.")),
        ]
    }

    private var states: Schema { .oneOf(SubscriptionState.allCases.map(\.rawValue)).example("active") }

    // What EMS or a person has written may have line breaks.
    private var text: Schema { .text(0...Int.max, like: nil) }

    private var emsState: Schema { .oneOf(Entitlement.State.allCases.map(\.rawValue), "As EMS has it.") }

    private var quantity: Schema { .integer(Int.min...Int.max) }

    private var attributes: Schema {
        .object("Custom attributes.", [], others: .texts(nameLength: 0...Int.max, text)).example(["Region": "EMEA"])
    }

    private var term: Schema {
        object(
            "Both ends inclusive; without an end it never expires.",
            [
                .optional("start", .date("The first day.").example("2026-03-01")),
                .optional("end", .date("The last day.").example("2027-02-28")),
            ]
        )
    }

    /// Who or what something is, by every name that is known.
    private func named(
        _ summary: String,
        _ externalID: String,
        _ identifier: String,
        _ name: String,
        version: String? = nil
    ) -> Schema {
        object(
            summary,
            [
                .optional("externalId", text.described("The vendor's own id.").example(.string(externalID))),
                .optional("identifier", text.described("The identifier in EMS.").example(.string(identifier))),
                .optional("name", text.described("The name.").example(.string(name))),
            ]
                + (version.map { [.optional("version", text.described("The version.").example(.string($0)))] } ?? [])
                + [.optional("id", text.described("The internal id in EMS.").example("1017"))]
        )
    }

    private var lineItem: Schema {
        object(
            "A line item.",
            [
                .required("lineId", text.described("Its name within the subscription.").example("1")),
                .required("productKeyId", text.described("The product key in EMS.").example("pk-1")),
                .required("product", named("What it entitles to.", "GC3040", "PRD-40", "Designer", version: "7.1")),
                .required("quantity", quantity.described("The total, in the product's own unit.").example(10)),
                .required("available", quantity.described("What is not activated yet, in the same unit.").example(4)),
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
                .required(
                    "entitlementId",
                    text.described("The entitlement in EMS (eId).")
                        .example("6f0e8b0a-5b55-4c1e-9a1f-2f6a1f0d7c11")
                ),
                .required("emsState", emsState),
                .required("term", term),
                .optional("customer", named("Who owns it.", "CUST-17", "CUSTOMER-17", "Example Optics GmbH")),
                .optional("channelPartner", named("Who sold it.", "P-3", "PARTNER-3", "Example Resale Ltd")),
                .required("lineItems", .list(of: lineItem, 0...Int.max, "Every line, whatever its state.")),
                .required("attributes", attributes),
                .optional("orderId", text.described("refId2 in EMS.").example("SO-15865")),
                .optional("purchaseOrder", text.described("refId1 in EMS.").example("PO-78521")),
                .optional(
                    "contact",
                    object(
                        "The person who owns it.",
                        [.required("email", text.described("The address.").example("licences@optics.example.com"))]
                    )
                ),
            ]
        )
    }

    private var activation: Schema {
        object(
            "What of a line is activated.",
            [
                .required("activationId", text.described("The activation in EMS.").example("a-1")),
                .required("productKeyId", text.described("The product key in EMS.").example("pk-1")),
                .required("quantity", quantity.described("How much of it, in the product's own unit.").example(6)),
                .optional("activatedAt", text.described("When, as EMS writes it.").example("2025-04-02 10:15")),
                .optional("state", text.described("As EMS has it.").example("ENABLE")),
            ]
        )
    }
}

// MARK: - What happened

extension OutcomeSchema {
    var changes: Schema { .list(of: change, 0...Int.max, "What the command changed, field by field.") }

    private var change: Schema {
        return object(
            "A field; null is not set.",
            [
                .required(
                    "field",
                    .text(1...Int.max, like: nil, "Such as term.end, or lineItems.1.quantity.").example("term.end")
                ),
                .required("from", Schema(.anything, "What it was.").example("2026-03-31")),
                .required("to", Schema(.anything, "What it is now.").example("2027-03-31")),
            ]
        )
    }

    var calls: Schema {
        .list(
            of: object(
                "A call to EMS.",
                [
                    .required("method", text.described("The HTTP method.").example("PATCH")),
                    .required(
                        "path",
                        text.described("Below EMS_URL's API, with the query.")
                            .example("/entitlements/externalId=SUB-1001?returnResource=true")
                    ),
                    .optional(
                        "body",
                        Schema(.anything, "What would be sent.").example(["entitlement": ["refId2": "SO-15865"]])
                    ),
                ]
            ),
            0...Int.max,
            "What would be sent to EMS."
        )
    }

    private var facts: Schema { .object(nil, [], others: .tolerated).example(["status": 400]) }

    var guards: Schema {
        .list(
            of: object(
                "A guard that was looked at.",
                [
                    .required(
                        "guard",
                        text.described("Its name; what it means: lifecycle.json, checks. Others may be added.")
                            .example("within-renewal-grace")
                    ),
                    .required("held", .flag("Whether it held; one that didn't is the last.")),
                    .required("observed", facts.described("What was seen.")),
                    .required("required", facts.described("What the rule wants.")),
                ]
            ),
            0...Int.max,
            "The guards in the order in which they were looked at."
        )
    }

    var rejection: Schema {
        return object(
            "Why it is refused.",
            [
                .required(
                    "code",
                    .oneOf(RejectionCode.allCases.map(\.rawValue), "What it means: codes.json.").example("ems-refused")
                ),
                .required(
                    "message",
                    text.described("For a person.").example(
                        "EMS refused with status 400: The value is not allowed."
                    )
                ),
                .optional(
                    "transition",
                    object(
                        "What was asked of which state.",
                        [
                            .required("from", states.described("The state.")),
                            .required("operation", text.described("What was asked.").example("renew-subscription")),
                        ]
                    )
                ),
                .required("observed", facts.described("What was seen.")),
                .required("required", facts.described("What the rule wants.").example([:])),
            ]
        )
    }

    var deadLetter: [ObjectRules.Property] {
        [
            .optional(
                "version",
                count("Set where it left something in EMS: the version counts up.", from: 1).example(2)
            ),
            .required(
                "deadLetter",
                object(
                    "Why it is in the dead-letter queue.",
                    [
                        .required(
                            "reason",
                            .oneOf(DeadLetterReason.allCases.map(\.rawValue), "What it means: codes.json.")
                                .example("schema-violation")
                        ),
                        .required(
                            "detail",
                            text.described("For a person; begins with the path of what is wrong.")
                                .example("data.term.months: must be at least 1")
                        ),
                        .required("attempts", count("How often it was tried.", from: 1).example(1)),
                        .optional("applied", changes.described("What was written to EMS.")),
                        .optional("missing", changes.described("What was not.")),
                    ],
                    [.together(["applied", "missing"])]
                )
            ),
        ]
    }
}
