/// The time of a day as text.
enum Clock {
    /// As `HH:MM:SS`.
    static func text(secondsOfDay: Int) -> String {
        [secondsOfDay / 3600, secondsOfDay / 60 % 60, secondsOfDay % 60].map { padded($0, 2) }.joined(separator: ":")
    }

    /// With leading zeros.
    static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
