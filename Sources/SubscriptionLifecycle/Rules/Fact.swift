/// A value that a rule saw or wants: what decisions, rejections and outcome events are made of.
public enum Fact: Hashable, Sendable, Codable {
    /// A text.
    case text(String)
    /// A whole number.
    case count(Int)
    /// Yes or no.
    case flag(Bool)
    /// A day.
    case date(LocalDate)
    /// A whole line item.
    case line(LineItemDraft)
}

/// A line item to be brought about: what was ordered, and the term it shares with the header.
public struct LineItemDraft: Hashable, Sendable, Codable {
    /// What was ordered.
    public var item: NewLineItem
    /// Its dates.
    public var term: Entitlement.Term

    /// A line to bring about.
    public init(item: NewLineItem, term: Entitlement.Term) {
        self.item = item
        self.term = term
    }
}
