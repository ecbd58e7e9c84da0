/// One difference between two published contracts, and whom it breaks.
public struct ContractChange: Hashable, Sendable, CustomStringConvertible {
    /// Who has to change something before the newer contract can be used.
    public enum Verdict: String, Hashable, Sendable, CaseIterable {
        /// What was a right message, or led to a result, may not any more.
        case breaksPublishers = "breaks publishers"
        /// An outcome may be other than the older contract promised.
        case breaksSubscribers = "breaks subscribers"
        /// Nobody.
        case compatible
    }

    /// Whom it breaks.
    public var verdict: Verdict
    /// Which document, without its ending: `commands/create-subscription.v1`.
    public var document: String
    /// Where in what the document describes: `data.term.months`; empty for all of it.
    public var place: String
    /// What is different: `maximum 1200 → 600`.
    public var what: String

    /// One difference.
    public init(_ verdict: Verdict, _ document: String, _ place: String, _ what: String) {
        self.verdict = verdict
        self.document = document
        self.place = place
        self.what = what
    }

    /// One line for a person.
    public var description: String {
        let head = verdict.rawValue + String(repeating: " ", count: max(0, 18 - verdict.rawValue.count))
        return "\(head)  \(document)  \(place.isEmpty ? "" : "\(place): ")\(what)"
    }
}
