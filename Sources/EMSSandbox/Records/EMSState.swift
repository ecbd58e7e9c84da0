/// The states of an entitlement, a product key and a product.
enum EMSState: String, Codable, Sendable {
    /// Can transition to: enable.
    case draft = "DRAFT"
    /// Can transition to: disable, closed.
    case enable = "ENABLE"
    /// Can transition to: enable, closed.
    case disable = "DISABLE"
    /// Final.
    case closed = "CLOSED"

    /// What the actions of the same names ask for.
    enum Action: String, Sendable {
        case enable, disable, close
    }

    /// The state after an action.
    ///
    /// A repeated action is refused too: no evidence says otherwise, and 400 is the harder answer.
    func after(_ action: Action, of what: String) throws(EMSError) -> EMSState {
        switch (self, action) {
        case (.draft, .enable), (.disable, .enable): .enable
        case (.enable, .disable): .disable
        case (.enable, .close), (.disable, .close): .closed
        case (.draft, .disable), (.draft, .close), (.enable, .enable), (.disable, .disable), (.closed, _):
            throw .refused(.illegalState, "A \(what) in the state \(rawValue) can't \(action.rawValue).")
        }
    }
}
