import Foundation
import SubscriptionLifecycle
import Testing

@Suite("Days")
struct LocalDateTests {
    @Test("Counting days agrees with Foundation's calendar over eight centuries")
    func daysSince1970() throws {
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try #require(TimeZone(identifier: "UTC"))
        for days in stride(from: -100_000, through: 200_000, by: 137) {
            let date = Date(timeIntervalSince1970: Double(days) * 86_400)
            let parts = calendar.dateComponents([.year, .month, .day], from: date)
            let local = try #require(LocalDate(daysSince1970: days))
            #expect([local.year, local.month, local.day] == [parts.year, parts.month, parts.day])
            #expect(local.daysSince1970 == days)
        }
    }

    @Test("The ends of the calendar", arguments: [("0001-01-01", -719_162), ("9999-12-31", 2_932_896)])
    func bounds(text: String, days: Int) {
        #expect(day(text).daysSince1970 == days)
        #expect(LocalDate(daysSince1970: days)?.description == text)
        #expect(day("9999-12-31").adding(days: 1) == nil)
        #expect(day("0001-01-01").adding(days: -1) == nil)
        #expect(day("9999-12-01").adding(months: 1) == nil)
        #expect(day("2026-01-01").adding(months: .max) == nil)
        #expect(day("2026-01-01").adding(days: .max) == nil)
    }

    @Test("Only real days in the exact form are read")
    func reading() {
        for text in [
            "", "2026-1-01", "2026-13-01", "2026-00-10", "2026-02-29", "2026-06-31", "0000-01-01", " 2026-01-01",
            "2026-01-01T00:00:00Z", "２026-01-01", "+026-01-01", "1900-02-29",
        ] {
            #expect(LocalDate(text) == nil, "\(text)")
        }
        #expect(LocalDate("2000-02-29")?.description == "2000-02-29")
        #expect(LocalDate("2028-02-29") != nil)
    }

    @Test(
        "Months clamp, and keep the end of a month where asked",
        arguments: [
            ("2026-01-31", 1, "2026-02-28", "2026-02-28"), ("2028-01-31", 1, "2028-02-29", "2028-02-29"),
            ("2026-02-28", 1, "2026-03-28", "2026-03-31"), ("2028-02-28", 1, "2028-03-28", "2028-03-28"),
            ("2028-02-29", 12, "2029-02-28", "2029-02-28"), ("2026-04-30", 1, "2026-05-30", "2026-05-31"),
            ("2026-12-15", 1, "2027-01-15", "2027-01-15"), ("2026-11-30", 12, "2027-11-30", "2027-11-30"),
        ]
    )
    func months(from: String, months: Int, plain: String, keeping: String) {
        #expect(day(from).adding(months: months)?.description == plain)
        #expect(day(from).adding(months: months, keepingMonthEnd: true)?.description == keeping)
    }
}
