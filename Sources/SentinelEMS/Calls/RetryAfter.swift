import Foundation

/// The header by which a server says when to come again.
enum RetryAfter {
    /// Whole seconds, or an HTTP date; `nil` when it is neither.
    ///
    /// At most an hour, so that one wrong header can't stop the worker for a day.
    static func seconds(_ text: String, now: Date = Date()) -> Double? {
        let text = text.trimmingCharacters(in: .whitespaces)
        let wish = Double(text).flatMap { $0.isFinite ? $0 : nil } ?? date(text).map { $0.timeIntervalSince(now) }
        return wish.map { min(max(0, $0), 3600) }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, the one form that servers should send.
    private static func date(_ text: String) -> Date? {
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[5] == "GMT", let day = Int(parts[1]), let year = Int(parts[3]),
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let clock = parts[4].split(separator: ":").compactMap { Int($0) }
        guard clock.count == 3 else { return nil }
        var components = DateComponents(year: year, month: month + 1, day: day)
        (components.hour, components.minute, components.second) = (clock[0], clock[1], clock[2])
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = .gmt
        return calendar.date(from: components)
    }
}
