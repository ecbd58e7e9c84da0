import OrderMessages
import SubscriptionLifecycle

/// A command that a shop sends.
struct PlannedCommand: Hashable, Sendable {
    /// `A`, `B` …: its name in traces, and its id.
    var id: String
    var operation: OrderOperation
    var data: JSON
    var expectedVersion: Int?
    /// Names the variant in the title of the scenario.
    var note: String
    /// Its bytes.
    private(set) var body: [UInt8] = []

    init(
        _ id: String,
        _ operation: OrderOperation,
        _ data: JSON? = nil,
        expecting version: Int? = nil,
        _ note: String = ""
    ) {
        self.id = id
        self.operation = operation
        self.data = data ?? Commands.data(operation)
        expectedVersion = version
        self.note = note
        body = Commands.body(self)
    }
}

/// What is explored: where it begins, what is sent, who works, what may go wrong and how often in one history.
struct Scenario: Sendable {
    var title: String
    var beginning: Beginning
    var commands: [PlannedCommand]
    var workers = 1
    var faults: Set<Fault> = []
    var maximumFaults = 0
    /// Set where a command shall become a dead letter at its first failure.
    var isImpatientWithEMS = false
    var editing = HandEdit.end

    /// Whether a fault may happen, `used` having happened.
    func allows(_ fault: Fault, after used: Int) -> Bool { used < maximumFaults && faults.contains(fault) }
}

/// What somebody does to the entitlement in EMS by hand.
enum HandEdit: String, CaseIterable, Hashable, Sendable {
    /// Its end is moved far away.
    case end
    /// It is disabled.
    case disable
    /// It is closed.
    case close
}

/// How the subscription stands at first.
enum Beginning: String, CaseIterable, Hashable, Sendable {
    case absent
    case trial
    case active
}

/// Commands as a shop writes them.
enum Commands {
    static let subscription = "SUB-1"
    static let line: JSON = ["lineId": "1", "product": ["externalId": "GC3040"], "quantity": 10]
    static let anotherLine: JSON = ["lineId": "2", "product": ["externalId": "GC3041"], "quantity": 5]
    static let customer: JSON = ["externalId": "CUST-1", "name": "Acme"]
    static let raise: JSON = [
        "term": ["months": 12], "lineItems": ["change": [["lineId": "1", "quantity": 14]]],
    ]

    /// Legal data of each changing operation.
    static func data(_ operation: OrderOperation) -> JSON {
        switch operation {
        case .createSubscription:
            ["customer": customer, "term": ["start": "2026-01-01", "months": 12], "lineItems": [line]]
        case .startTrial:
            ["customer": customer, "trial": ["start": "2026-06-01", "days": 30], "lineItems": [line]]
        case .convertTrial: ["term": ["start": "2026-06-15", "months": 12]]
        case .renewSubscription: ["term": ["months": 12]]
        case .renewWithUpsell: ["term": ["months": 12], "lineItems": ["add": [anotherLine]]]
        case .renewWithReducedTier:
            ["term": ["months": 12], "lineItems": ["change": [["lineId": "1", "quantity": 5]]]]
        case .cancelSubscription: ["effective": "immediately"]
        case .viewEntitlement, .syncEntitlements: [:]
        }
    }

    /// The bytes of a command.
    static func body(_ command: PlannedCommand) -> [UInt8] {
        var content = JSON.Object()
        content.append("subscriptionId", subscription)
        content.append("expectedVersion", command.expectedVersion.map(JSON.integer))
        content.members += command.data.object?.members ?? []
        let event: JSON = [
            "specversion": "1.0", "id": .string(command.id), "source": "/shop",
            "type": .string("orders.\(command.operation.rawValue).v1"), "data": .object(content),
        ]
        return event.compactBytes
    }
}
