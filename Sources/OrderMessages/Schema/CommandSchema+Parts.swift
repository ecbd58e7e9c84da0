import SubscriptionLifecycle

extension CommandSchema {
    static let quantities = 1...1_000_000_000

    static let subscriptionID = Schema.text(
        1...SubscriptionID.maximumLength,
        like: .identifier,
        "The publisher's name of the subscription; becomes the entitlement's externalId."
    ).example("SUB-1001")

    static let lineID = Schema.text(
        1...LineID.maximumLength,
        like: .identifier,
        "Unique within the subscription for ever; the product key's externalId is <subscriptionId>/<lineId>."
    ).example("1")

    static let attributes = Schema.object(
        "Custom attributes: names of 1 to 100 characters, values of at most 1000.",
        [],
        others: .texts(nameLength: 1...100, .text(0...1000, like: .lines)),
        maximumCount: 100
    ).example(["Region": "EMEA"])

    static let include = Schema.list(
        of: .oneOf(["consumption"]),
        0...1,
        "What is wanted besides: consumption, what is activated."
    )

    /// The parts of create-subscription and start-trial besides the term.
    static let newSubscription: [ObjectRules.Property] = [
        .required("customer", customer),
        .optional("channelPartner", channelPartner),
        .required("lineItems", .list(of: lineItem, 1...1000, "What it entitles to.")),
        .optional("attributes", attributes),
        .optional("autoRenew", .flag("Kept as the attribute Auto Renew, nothing else.")),
    ]

    private static let reference = Schema.text(1...255)

    private static let customer = Schema.object(
        "Who gets it. With a name, an unknown customer is created, unless configuration forbids it.",
        [
            .optional("externalId", reference.described("The vendor's own id of the customer.").example("CUST-17")),
            .optional("identifier", reference.described("The customer's identifier in EMS.").example("CUSTOMER-17")),
            .optional("id", reference.described("The customer's internal id in EMS.").example("c-17")),
            .optional("name", reference.described("The name, if it must be created.").example("Example Optics GmbH")),
            .optional(
                "contact",
                .object(
                    "The person who owns the entitlement; an unknown one is created.",
                    [
                        .required(
                            "email",
                            .text(3...255, like: .email, "Finds the contact.").example("licences@optics.example.com")
                        ),
                        .optional("name", reference.described("The name, if it must be created.").example("Kim Lee")),
                    ]
                )
            ),
        ],
        [.exactlyOne(["externalId", "identifier", "id"])]
    )

    private static let channelPartner = Schema.object(
        "Who sold it.",
        [
            .optional("identifier", reference.described("The partner's identifier in EMS.").example("PARTNER-3")),
            .optional("externalId", reference.described("The vendor's own id of the partner.").example("P-3")),
        ],
        [.exactlyOne(["identifier", "externalId"])]
    )

    private static let product = Schema.object(
        "What the line entitles to.",
        [
            .optional("externalId", reference.described("The vendor's own id of the product.").example("GC3040")),
            .optional("identifier", reference.described("The product's identifier in EMS.").example("PRD-40")),
            .optional("name", reference.described("The product's name; with its version.").example("Viewer")),
            .optional("version", .text(0...255, "The product's version; may be empty.").example("4.2")),
        ],
        [.exactlyOne(["externalId", "identifier", "name"]), .together(["name", "version"])]
    )

    static let lineItem = Schema.object(
        "A line item.",
        [
            .required("lineId", lineID),
            .required("product", product),
            .required(
                "quantity",
                .integer(quantities, "How many, in the product's own unit: seats, copies, devices.").example(10)
            ),
            .optional("attributes", attributes),
        ]
    )
}

// MARK: - Terms

extension CommandSchema {
    private static let lengths: [ObjectRules.Property] = [
        .optional("end", .date("The last day.").example("2027-02-28")),
        .optional(
            "months",
            .integer(1...1200, "A number of calendar months; 31 January and a month is the last day of February.")
                .example(12)
        ),
        .optional("days", .integer(1...36500, "A number of days.").example(365)),
    ]

    private static let oneLength: [ObjectRules.Condition] = [.exactlyOne(["end", "months", "days"])]

    /// The term of create-subscription.
    static let firstTerm = Schema.object(
        "The first term, both ends inclusive: end = start + months - 1 day, or start + days - 1.",
        [.required("start", .date("The first day.").example("2026-03-01"))] + lengths,
        oneLength
    )

    /// The term of convert-trial.
    static let paidTerm = Schema.object(
        "The first paid term, both ends inclusive.",
        [.optional("start", .date("The first paid day; default today.").example("2026-03-15"))] + lengths,
        oneLength
    )

    /// The three renewals.
    static let nextTerm = Schema.object(
        "The next term; months and days are counted from the old end.",
        lengths + [
            .optional(
                "from",
                .oneOf(
                    Renewal.Base.allCases.map(\.rawValue),
                    "What it is counted from: the old end (default), or today if that has passed."
                )
            )
        ],
        oneLength
    )

    /// The length of start-trial.
    static let trial = Schema.object(
        "How long it may be tried.",
        [
            .required("days", .integer(1...3650, "A number of days, the first included.").example(30)),
            .optional("start", .date("The first day; default today.").example("2026-03-01")),
        ]
    )

    static let effective = Schema.oneOf(
        CancellationEffect.allCases.map(\.rawValue),
        "immediately (default), with the term (a mark), or withdraw that mark."
    )
}

// MARK: - Changes of line items

extension CommandSchema {
    private static let add = Schema.list(of: lineItem, 0...1000, "Line items to add.")
    private static let remove = Schema.list(of: lineID, 0...1000, "Line items to take out of force.")
    private static let changed = Schema.list(
        of: .object(
            "A line item with its new total.",
            [
                .required("lineId", lineID),
                .required(
                    "quantity",
                    .integer(quantities, "The new total, in the product's own unit; not the difference.").example(20)
                ),
            ]
        ),
        0...1000,
        "Line items with another total."
    )

    /// The line items of convert-trial.
    static let anyChanges = Schema.object(
        "What becomes of the line items.",
        [.optional("add", add), .optional("remove", remove), .optional("change", changed)]
    )

    /// The line items of renew-with-upsell.
    static let more = Schema.object(
        "What is added; totals only go up.",
        [.optional("add", add), .optional("change", changed)],
        [.oneNotEmpty(["add", "change"])]
    )

    /// The line items of renew-with-reduced-tier.
    static let less = Schema.object(
        "What is taken away; totals only go down, and at least one line stays.",
        [.optional("remove", remove), .optional("change", changed)],
        [.oneNotEmpty(["remove", "change"])]
    )
}

// MARK: - sync-entitlements

extension CommandSchema {
    static let filter = Schema.object(
        "Conditions that must all hold; none: every entitlement.",
        [
            .optional(
                "customer",
                .object(
                    "Owned by that customer.",
                    [
                        .optional(
                            "externalId",
                            reference.described("The vendor's own id of the customer.").example("CUST-17")
                        ),
                        .optional(
                            "identifier",
                            reference.described("The customer's identifier in EMS.").example("CUSTOMER-17")
                        ),
                        .optional("id", reference.described("The customer's internal id in EMS.").example("c-17")),
                    ],
                    [.exactlyOne(["externalId", "identifier", "id"])]
                )
            ),
            .optional("modifiedSince", .date("Created or changed on that day or later.").example("2026-02-01")),
            .optional(
                "states",
                .list(
                    of: .oneOf(SubscriptionState.allCases.map(\.rawValue)),
                    0...SubscriptionState.allCases.count,
                    "In one of these states."
                )
            ),
            .optional("subscriptionIds", .list(of: subscriptionID, 0...500, "Of these subscriptions.")),
        ]
    )
}
