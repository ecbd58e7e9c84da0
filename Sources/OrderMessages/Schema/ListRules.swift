/// Limits of a list.
public struct ListRules: Hashable, Sendable {
    /// What each element must be.
    public var element: Schema
    /// The fewest and the most elements.
    public var count: ClosedRange<Int>
}
