/// So many days after the end of a term in which a command for it is still in time.
public struct Window: Hashable, Sendable, Codable {
    /// 0 or more; 0: the term's last day is the window's too.
    public var days: Int

    /// A window of that many days.
    public init(days: Int) { self.days = days }

    /// Its last day, for a term that ended on that day; `nil` when the calendar ends before it does.
    public func lastDay(after end: LocalDate) -> LocalDate? { end.adding(days: days) }

    /// Whether that day is in time for a term that ended on that day; what never ends is always in time.
    public func contains(_ day: LocalDate, after end: LocalDate?) -> Bool {
        end.flatMap(lastDay(after:)).map { day <= $0 } ?? true
    }
}
