import OrderMessages
import Testing

/// A change of one document, and what it must be called.
struct ContractEdit: Sendable, CustomTestStringConvertible {
    let document: String
    let path: [String]
    let value: JSON?
    let verdict: ContractChange.Verdict
    let line: String
    /// What the change back is called.
    let back: ContractChange.Verdict

    var testDescription: String { line }

    init(
        _ document: String,
        _ path: String,
        _ value: JSON?,
        _ verdict: ContractChange.Verdict,
        _ line: String,
        back: ContractChange.Verdict
    ) {
        self.document = document
        self.path = path.split(separator: "/").map(String.init)
        self.value = value
        self.verdict = verdict
        self.line = line
        self.back = back
    }
}

extension ContractEdit {
    static let create = "commands/create-subscription.v1.schema.json"
    static let data = "properties/data/properties"
    static let term = "properties/data/properties/term/properties"

    static let commands: [ContractEdit] = [
        .init(
            create,
            "\(term)/months/maximum",
            600,
            .breaksPublishers,
            "data.term.months: maximum 1200 → 600",
            back: .compatible
        ),
        .init(
            create,
            "\(term)/months/minimum",
            2,
            .breaksPublishers,
            "data.term.months: minimum 1 → 2",
            back: .compatible
        ),
        .init(
            create,
            "\(term)/months/maximum",
            nil,
            .compatible,
            "data.term.months: maximum 1200 → none",
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/subscriptionId/maxLength",
            50,
            .breaksPublishers,
            "data.subscriptionId: maxLength 100 → 50",
            back: .compatible
        ),
        .init(
            create,
            "\(data)/subscriptionId/pattern",
            "^[a-z]+$",
            .breaksPublishers,
            #"data.subscriptionId: pattern "^[A-Za-z0-9._:-]+$" → "^[a-z]+$", judge by hand"#,
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/subscriptionId/pattern",
            nil,
            .compatible,
            "data.subscriptionId: pattern removed",
            back: .breaksPublishers
        ),
        .init(create, "\(data)/orderId", nil, .breaksPublishers, "data.orderId: removed", back: .compatible),
        .init(
            create,
            "\(data)/channel",
            ["type": "string"],
            .compatible,
            "data.channel: added",
            back: .breaksPublishers
        ),
        .init(
            create,
            "properties/data/required",
            ["subscriptionId", "customer", "lineItems", "term", "orderId"],
            .breaksPublishers,
            "data.orderId: required now",
            back: .compatible
        ),
        .init(
            create,
            "\(data)/autoRenew/type",
            ["boolean", "string"],
            .compatible,
            #"data.autoRenew: type "boolean" → ["boolean","string"]"#,
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/autoRenew/type",
            "string",
            .breaksPublishers,
            #"data.autoRenew: type "boolean" → "string""#,
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/lineItems/items/properties/quantity/type",
            "number",
            .compatible,
            #"data.lineItems[].quantity: type "integer" → "number""#,
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/attributes/maxProperties",
            50,
            .breaksPublishers,
            "data.attributes: maxProperties 100 → 50",
            back: .compatible
        ),
        .init(
            create,
            "\(data)/attributes/propertyNames/maxLength",
            50,
            .breaksPublishers,
            "data.attributes.* (name): maxLength 100 → 50",
            back: .compatible
        ),
        .init(
            create,
            "\(data)/attributes/additionalProperties/maxLength",
            50,
            .breaksPublishers,
            "data.attributes.*: maxLength 1000 → 50",
            back: .compatible
        ),
        .init(
            create,
            "properties/data/additionalProperties",
            nil,
            .compatible,
            "data.*: may be there",
            back: .breaksPublishers
        ),
        .init(
            create,
            "properties/priority",
            ["type": "integer"],
            .breaksPublishers,
            "priority: added, judge by hand: members that aren't named may be there already",
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(term)/start/format",
            nil,
            .compatible,
            "data.term.start: format removed",
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/term/allOf",
            nil,
            .compatible,
            #"data.term: condition removed: {"oneOf":[{"required":["end"]},{"required":["months"]},{"required":["days"]}]}"#,
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/term/allOf",
            [
                [
                    "oneOf": [
                        ["required": ["end"]], ["required": ["months"]], ["required": ["days"]],
                        ["required": ["weeks"]],
                    ]
                ]
            ],
            .compatible,
            #"data.term: one more choice: {"oneOf":[{"required":["end"]},{"required":["months"]},{"required":["days"]},{"required":["weeks"]}]}"#,
            back: .breaksPublishers
        ),
        .init(
            "commands/cancel-subscription.v1.schema.json",
            "\(data)/effective/enum",
            ["immediately", "end-of-term"],
            .breaksPublishers,
            #"data.effective: value "withdraw" removed"#,
            back: .compatible
        ),
        .init(
            "commands/cancel-subscription.v1.schema.json",
            "properties/type/const",
            "orders.cancel-subscription.v2",
            .breaksPublishers,
            #"type: value "orders.cancel-subscription.v1" removed"#,
            back: .breaksPublishers
        ),
        .init(
            create,
            "\(data)/customer/unevaluatedProperties",
            false,
            .breaksPublishers,
            "data.customer: unevaluatedProperties changed, judge by hand",
            back: .breaksPublishers
        ),
    ]
}
