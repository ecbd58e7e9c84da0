package import Foundation

extension Date {
    /// As every ledger stores it: seconds since 2001-01-01 UTC, the number that a date is itself made of.
    package var stored: Double { timeIntervalSinceReferenceDate }

    /// Comes back as it was.
    package init(stored: Double) { self.init(timeIntervalSinceReferenceDate: stored) }
}
