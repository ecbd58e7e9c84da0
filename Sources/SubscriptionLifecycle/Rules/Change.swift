/// One field of the entitlement that a decision changes: the base it saw and the target it wants.
///
/// Convergence looks at each by itself: equal to the target, done; equal to the base, write; neither, a conflict.
public struct Change: Hashable, Sendable, Codable {
    /// Which field.
    public enum Field: Hashable, Sendable, Codable {
        /// The state of the entitlement in EMS.
        case state
        /// The header's first day.
        case termStart
        /// The header's last day.
        case termEnd
        /// refId2 in EMS.
        case orderID
        /// refId1 in EMS.
        case purchaseOrder
        /// A custom attribute of the header.
        case attribute(String)
        /// A line as a whole: it is added.
        case line(LineID)
        /// The state of a line in EMS.
        case lineState(LineID)
        /// The first day of a line.
        case lineStart(LineID)
        /// The last day of a line.
        case lineEnd(LineID)
        /// The total of a line.
        case lineQuantity(LineID)
    }

    /// Which field.
    public var field: Field
    /// What the decision saw; `nil` when it was not set.
    public var base: Fact?
    /// What it shall be; `nil` when it shall not be set.
    public var target: Fact?

    /// A change of one field.
    public init(_ field: Field, from base: Fact?, to target: Fact?) {
        self.field = field
        self.base = base
        self.target = target
    }
}

extension Change.Field: CustomStringConvertible {
    /// The field as outcome events name it.
    public var description: String {
        switch self {
        case .state: "emsState"
        case .termStart: "term.start"
        case .termEnd: "term.end"
        case .orderID: "orderId"
        case .purchaseOrder: "purchaseOrder"
        case .attribute(let name): "attributes.\(name)"
        case .line(let id): "lineItems.\(id)"
        case .lineState(let id): "lineItems.\(id).emsState"
        case .lineStart(let id): "lineItems.\(id).term.start"
        case .lineEnd(let id): "lineItems.\(id).term.end"
        case .lineQuantity(let id): "lineItems.\(id).quantity"
        }
    }
}
