/// What of a line was activated, where.
public struct Activation: Hashable, Sendable, Codable {
    /// The activation's id in EMS.
    public var activationID: String
    /// The line it draws on.
    public var productKeyID: String
    /// How much it took.
    public var quantity: Int
    /// When, as EMS writes it (UTC, minutes).
    public var activatedAt: String?
    /// Its state, as EMS writes it.
    public var state: String?

    /// An activation.
    public init(activationID: String, productKeyID: String, quantity: Int, activatedAt: String?, state: String?) {
        self.activationID = activationID
        self.productKeyID = productKeyID
        self.quantity = quantity
        self.activatedAt = activatedAt
        self.state = state
    }
}
