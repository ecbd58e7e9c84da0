public import SubscriptionLifecycle

/// One published version of an operation's command.
public struct CommandVersion: Sendable {
    /// Makes the next version's `data` of this one's.
    ///
    /// It sees only what this version's schema allows, and what it makes must be what the next version's allows.
    public typealias Upcast = @Sendable (JSON) -> JSON

    /// Counts from 1.
    public let number: Int
    /// What `data` must be.
    public let data: Schema
    /// What the whole event in structured mode must be.
    public let event: Schema
    /// The step to the next version; `nil` for the newest.
    let upcast: Upcast?

    /// A version of an operation's command.
    public init(_ number: Int, of operation: OrderOperation, data: Schema, upcast: Upcast? = nil) {
        self.number = number
        self.data = data
        self.upcast = upcast
        event = CommandSchema.event(operation, version: number, data: data)
    }
}
