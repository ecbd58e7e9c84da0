import OrderMessages

extension ContractEdit {
    static let rejected = "outcomes/renew-subscription.rejected.v1.schema.json"
    static let succeeded = "outcomes/renew-subscription.succeeded.v1.schema.json"
    static let viewed = "outcomes/view-entitlement.succeeded.v1.schema.json"

    static let outcomes: [ContractEdit] = [
        .init(succeeded, "\(data)/version", nil, .breaksSubscribers, "data.version: removed", back: .compatible),
        .init(succeeded, "\(data)/note", [:], .compatible, "data.note: added", back: .breaksSubscribers),
        .init(
            succeeded,
            "\(data)/discount",
            ["type": "string"],
            .compatible,
            "data.discount: added",
            back: .breaksSubscribers
        ),
        .init(
            succeeded,
            "properties/data/required",
            ["command"],
            .breaksSubscribers,
            "data.state: no longer required",
            back: .compatible
        ),
        .init(
            succeeded,
            "\(data)/version/type",
            ["integer", "string"],
            .breaksSubscribers,
            #"data.version: type "integer" → ["integer","string"]"#,
            back: .compatible
        ),
        .init(
            succeeded,
            "\(data)/version/minimum",
            0,
            .breaksSubscribers,
            "data.version: minimum 1 → 0",
            back: .compatible
        ),
        // What the worker always did may be promised later on.
        .init(
            viewed,
            "properties/data/required",
            ["command", "operation", "outcome", "version", "state", "entitlement", "endsWithTerm"],
            .compatible,
            "data.endsWithTerm: required now",
            back: .breaksSubscribers
        ),
        .init(
            rejected,
            "\(data)/version/minimum",
            1,
            .compatible,
            "data.version: minimum 0 → 1",
            back: .breaksSubscribers
        ),
        .init(
            succeeded,
            "\(data)/state/enum",
            ["active"],
            .compatible,
            #"data.state: value "trial" removed"#,
            back: .breaksSubscribers
        ),
        .init(
            succeeded,
            "properties/source/const",
            "/worker",
            .breaksSubscribers,
            #"source: value "/worker" added"#,
            back: .breaksSubscribers
        ),
        .init(
            rejected,
            "\(data)/rejection/properties/code/enum",
            ["ems-refused"],
            .compatible,
            #"data.rejection.code: value "subscription-exists" removed"#,
            back: .compatible
        ),
        .init(rejected, "properties/time/pattern", nil, .breaksSubscribers, "time: pattern removed", back: .compatible),
    ]
}
