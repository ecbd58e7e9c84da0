import AMQP

/// What a policy and an operator policy make of a queue's arguments.
struct EffectivePolicy {
    /// One argument that a policy gives another value.
    struct Override: Hashable, Sendable {
        /// Without `x-`, as policies name it.
        var key: String
        var required: ManagementValue?
        var effective: ManagementValue
        var policy: String
        var isOperatorPolicy: Bool
    }

    /// Where both a policy and the argument say a number, RabbitMQ takes the smaller one.
    private static let smallest: Set<String> = [
        "max-length", "max-length-bytes", "message-ttl", "delivery-limit", "expires",
    ]
    /// Here the argument wins, and the policy counts only where there is none.
    private static let argumentFirst: Set<String> = [
        "dead-letter-exchange", "dead-letter-routing-key", "dead-letter-strategy",
    ]
    /// Here the policy wins.
    private static let policyFirst: Set<String> = ["overflow"]

    /// The policies that hold for a queue: of each sort the one with the highest priority.
    let policy: ManagementSnapshot.Policy?
    let operatorPolicy: ManagementSnapshot.Policy?
    /// Policies whose pattern can't be read here.
    let unreadable: [String]

    init(queue: String, type: String, in snapshot: ManagementSnapshot) {
        var unreadable: [String] = []
        func first(_ policies: [ManagementSnapshot.Policy]) -> ManagementSnapshot.Policy? {
            policies.sorted { $0.priority > $1.priority }.first { policy in
                guard ["all", "queues", "\(type)_queues"].contains(policy.appliesTo) else { return false }
                guard let pattern = try? Regex(policy.pattern) else {
                    unreadable.append(policy.name)
                    return false
                }
                return queue.contains(pattern)
            }
        }
        policy = first(snapshot.policies)
        operatorPolicy = first(snapshot.operatorPolicies)
        self.unreadable = unreadable
    }

    /// What differs from the arguments that the queue is declared with.
    func overrides(of arguments: FieldTable) -> [Override] {
        var overrides: [String: Override] = [:]
        // The operator's last: where both say something, the smaller number or the operator's word holds.
        for (policy, isOperatorPolicy) in [(policy, false), (operatorPolicy, true)] {
            for (key, value) in policy?.definition.values ?? [:] {
                let required = arguments["x-\(key)"].flatMap(ManagementValue.init)
                guard let effective = Self.effective(key, overrides[key]?.effective ?? required, value),
                    effective != required, effective != overrides[key]?.effective
                else { continue }
                overrides[key] = Override(
                    key: key,
                    required: required,
                    effective: effective,
                    policy: policy?.name ?? "",
                    isOperatorPolicy: isOperatorPolicy
                )
            }
        }
        return overrides.values.sorted { $0.key < $1.key }
    }

    private static func effective(
        _ key: String,
        _ before: ManagementValue?,
        _ policy: ManagementValue
    ) -> ManagementValue? {
        // A queue that was declared without an overflow drops its head already.
        if policyFirst.contains(key) { return before == nil && policy == .text("drop-head") ? nil : policy }
        if argumentFirst.contains(key) { return before ?? policy }
        guard smallest.contains(key) else { return nil }
        guard let number = before?.number, let limit = policy.number else { return policy }
        return .integer(min(number, limit))
    }
}
