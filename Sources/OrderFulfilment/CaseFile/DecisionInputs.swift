public import OrderMessages
public import SubscriptionLifecycle

/// All that a verdict was made of, so that it can be made again.
public struct DecisionInputs: Hashable, Sendable {
    /// The day.
    public var today: LocalDate
    /// Whether it might still wait.
    public var patience: Patience
    /// What the vendor had set.
    public var policies: LifecyclePolicies
    /// The command's `type` and `data` as they were received; `nil` when they were too large to be kept.
    public var content: JSON?
    /// What was looked up; `nil` when it was too large to be kept.
    public var snapshot: Snapshot?

    /// What a verdict was made of.
    public init(
        today: LocalDate,
        patience: Patience,
        policies: LifecyclePolicies,
        content: JSON?,
        snapshot: Snapshot?
    ) {
        self.today = today
        self.patience = patience
        self.policies = policies
        self.content = content
        self.snapshot = snapshot
    }
}
