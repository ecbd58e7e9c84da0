public import Foundation

/// What the ledger keeps of how a command came to its end: what it was decided on, and what happened, in order.
///
/// Stored along with writes that are made anyway, so a crash may cost what happened since the last of them.
public struct CaseFile: Hashable, Sendable {
    /// What the last verdict of the round was made of; `nil` when there was none, or it wasn't kept.
    public var inputs: DecisionInputs?
    /// Whether inputs were kept that this release can't read.
    public var isUnreadable: Bool
    /// What happened, oldest first.
    public var entries: [CaseEntry]
    /// When the outcome was confirmed by the broker.
    public var announcedAt: Date?

    /// A case file.
    public init(
        inputs: DecisionInputs? = nil,
        entries: [CaseEntry] = [],
        announcedAt: Date? = nil,
        isUnreadable: Bool = false
    ) {
        self.inputs = inputs
        self.isUnreadable = isUnreadable
        self.entries = entries
        self.announcedAt = announcedAt
    }
}

/// Something that happened to a command.
public struct CaseEntry: Hashable, Sendable {
    /// What.
    public enum Kind: String, CaseIterable, Hashable, Sendable {
        /// It got its turn with the delivery of its message.
        case claimed
        /// It got its turn since its time had come.
        case woken
        /// The entitlement, and what the command names, were read.
        case lookedUp = "looked-up"
        /// The rules had their say.
        case decided
        /// A try failed.
        case failed
        /// EMS was asked to change something.
        case called
        /// EMS holds what was decided.
        case applied
        /// It was put aside.
        case parked
        /// An operator ended its wait.
        case released
        /// It ended.
        case ended
        /// More happened than is kept.
        case omitted
    }

    /// When.
    public var time: Date
    /// What.
    public var kind: Kind
    /// A sentence for a person; at most ``longestDetail`` Unicode scalars.
    public var detail: String

    /// The longest sentence that is kept, in Unicode scalars: what a person takes for one character has no bound.
    public static let longestDetail = 300

    /// Something that happened.
    public init(_ kind: Kind, at time: Date, _ detail: String) {
        self.time = time
        self.kind = kind
        self.detail = String(detail.unicodeScalars.prefix(Self.longestDetail))
    }
}
