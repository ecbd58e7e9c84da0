import SubscriptionLifecycle

/// Something that somebody changes in EMS by hand, past the worker.
struct HandEdit: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// An attribute that no command knows.
        case note(String)
        case purchaseOrder(String)
        case end(LocalDate)
        case disable
        case enable
        case close
    }

    /// The attribute of ``Kind/note(_:)``.
    static let noteName = "Note"

    var subscription: String
    var kind: Kind
}
