public import SubscriptionLifecycle

/// What was looked up for a command, in a file: decided again later, it gives the same verdict.
public struct SavedSnapshot: Hashable, Sendable {
    /// Says what the file is.
    public static let format = "order-worker-snapshot"
    /// The version of the file's shape that is written and read.
    public static let version = 1

    /// Which subscription it is about.
    public var subscriptionID: SubscriptionID
    /// The day on which it was taken, in the business time zone.
    public var today: LocalDate
    /// What was looked up.
    public var snapshot: Snapshot

    /// What was looked up on that day.
    public init(subscriptionID: SubscriptionID, today: LocalDate, snapshot: Snapshot) {
        self.subscriptionID = subscriptionID
        self.today = today
        self.snapshot = snapshot
    }

    /// As it stands in a file.
    public var json: JSON {
        var object = JSON.Object()
        object.append("format", Self.format)
        object.append("formatVersion", .integer(Self.version))
        object.append("subscriptionId", subscriptionID.description)
        object.append("today", today.description)
        object.append("snapshot", snapshot.json)
        return .object(object)
    }

    /// Reads what ``json`` wrote; the error says where the file is wrong.
    public init(json: JSON) throws(SchemaViolation) {
        guard let object = json.object, object["format"]?.text == Self.format else {
            throw SchemaViolation("must be \(Self.format)", at: JSONPath([.member("format")]))
        }
        guard object["formatVersion"]?.wholeNumber == Self.version else {
            throw SchemaViolation("must be \(Self.version)", at: JSONPath([.member("formatVersion")]))
        }
        let fields = try SavedFields(json)
        let subscriptionID = try fields.subscriptionID("subscriptionId")
        let saved = try fields.fields("snapshot").object
        let inner: Snapshot
        do throws(SchemaViolation) {
            inner = try Snapshot(json: .object(saved))
            try Self.check(inner, isAbout: subscriptionID)
        } catch {
            throw error.inside(.member("snapshot"))
        }
        self.init(subscriptionID: subscriptionID, today: try fields.date("today"), snapshot: inner)
    }

    /// Somebody else's subscription would give a verdict about somebody else.
    private static func check(
        _ snapshot: Snapshot,
        isAbout subscriptionID: SubscriptionID
    ) throws(SchemaViolation) {
        guard let found = snapshot.subscription?.entitlement.externalID, found != subscriptionID.description else {
            return
        }
        throw SchemaViolation(
            "must be \(subscriptionID), which the file is about; is \(found)",
            at: JSONPath([.member("subscription"), .member("externalId")])
        )
    }
}
