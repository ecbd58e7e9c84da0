import SubscriptionLifecycle

/// What a code means, and what its reader can do about it.
struct Explanation {
    let meaning: String
    let action: String

    init(_ meaning: String, _ action: String) {
        self.meaning = meaning
        self.action = action
    }

    /// The code with its explanation and the operations that can end with it.
    func json(_ name: String, _ code: String, _ operations: Set<OrderOperation>) -> JSON {
        let operations = OrderOperation.allCases.filter(operations.contains)
        return .object(
            JSON.Object([
                .init(name, .string(code)), .init("meaning", .string(meaning)), .init("action", .string(action)),
                .init("operations", .array(operations.map { .string($0.rawValue) })),
            ])
        )
    }
}
