import Foundation

/// When something was recorded: minutes since 1970 in UTC, as EMS resolves no finer.
struct AuditStamp: RawRepresentable, Codable, Sendable, Comparable {
    var rawValue: Int

    static var now: AuditStamp { AuditStamp(rawValue: Int(Date().timeIntervalSince1970) / 60) }

    var date: CalendarDate { CalendarDate(rawValue: rawValue / 1440) }

    /// `YYYY-MM-DD HH:mm`.
    var text: String { "\(date.text) \(padded(rawValue % 1440 / 60, 2)):\(padded(rawValue % 60, 2))" }

    static func < (left: AuditStamp, right: AuditStamp) -> Bool { left.rawValue < right.rawValue }
}
