import SubscriptionLifecycle
import Testing

@Suite("Terms as calendar arithmetic")
struct TermArithmeticTests {
    @Test(
        "A first term ends on the day before its start comes again, leap days and short months included",
        arguments: [
            ("2026-01-31", TermLength.months(1), "2026-02-27"), ("2028-01-31", .months(1), "2028-02-28"),
            ("2028-02-29", .months(12), "2029-02-27"), ("2028-02-29", .months(48), "2032-02-28"),
            ("2027-03-01", .months(12), "2028-02-29"), ("2026-03-01", .months(12), "2027-02-28"),
            ("2026-12-01", .months(1), "2026-12-31"), ("2028-02-28", .days(1), "2028-02-28"),
            ("2028-02-28", .days(2), "2028-02-29"), ("2027-02-28", .days(2), "2027-03-01"),
            ("2028-01-01", .days(366), "2028-12-31"), ("2027-01-01", .days(366), "2028-01-01"),
        ]
    )
    func first(start: String, length: TermLength, end: String) {
        #expect(length.lastDay(from: day(start)) == day(end))
    }

    @Test(
        "A next term is counted from the old end; days clamp, and the last day of a month stays the last day",
        arguments: [
            ("2026-01-31", 1, "2026-02-28"), ("2028-01-31", 1, "2028-02-29"), ("2026-01-30", 1, "2026-02-28"),
            ("2027-02-28", 12, "2028-02-29"), ("2028-02-28", 12, "2029-02-28"), ("2028-02-29", 12, "2029-02-28"),
            ("2028-02-29", 48, "2032-02-29"), ("2026-04-30", 1, "2026-05-31"), ("2026-04-29", 1, "2026-05-29"),
            ("2026-12-31", 2, "2027-02-28"), ("2099-12-31", 2, "2100-02-28"), ("1999-12-31", 2, "2000-02-29"),
        ]
    )
    func next(oldEnd: String, months: Int, end: String) {
        #expect(TermLength.months(months).lastDay(after: day(oldEnd)) == day(end))
    }

    @Test("A year of monthly renewals from the end of January is twelve ends of months")
    func monthByMonth() throws {
        var end = day("2027-01-31")
        for _ in 1...12 {
            end = try #require(TermLength.months(1).lastDay(after: end))
            #expect(end.isLastOfMonth)
        }
        #expect(end == day("2028-01-31"))
    }

    @Test("Over eight years of days: terms follow each other without a gap, and more months never end earlier")
    func everyDay() throws {
        for offset in 0..<(8 * 365 + 2) {
            let start = try #require(day("2024-01-01").adding(days: offset))
            var before = start
            for months in [1, 2, 6, 11, 12, 13, 24, 36, 48] {
                let end = try #require(TermLength.months(months).lastDay(from: start))
                #expect(end.adding(days: 1) == start.adding(months: months))
                let next = try #require(TermLength.months(months).lastDay(after: start))
                #expect(next > before, "\(start) + \(months)")
                #expect(next.isLastOfMonth || next.day == start.day)
                before = next
            }
            for days in [1, 28, 365, 366] {
                let end = try #require(TermLength.days(days).lastDay(from: start))
                #expect(end.daysSince1970 - start.daysSince1970 == days - 1)
                #expect(TermLength.days(days).lastDay(after: start)?.daysSince1970 == start.daysSince1970 + days)
            }
        }
    }

    @Test("Where the calendar ends there is no day")
    func endOfCalendar() {
        #expect(TermLength.days(1).lastDay(from: day("9999-12-31")) == day("9999-12-31"))
        #expect(TermLength.days(2).lastDay(from: day("9999-12-31")) == nil)
        #expect(TermLength.days(1).lastDay(after: day("9999-12-31")) == nil)
        #expect(TermLength.months(1).lastDay(after: day("9999-12-01")) == nil)
        #expect(TermLength.months(1200).lastDay(after: day("9899-12-31")) == day("9999-12-31"))
    }
}

@Suite("What a renewal is counted from")
struct RenewalBaseTests {
    @Test("On its last day a term has not expired; on the day after it has")
    func boundary() {
        let renewal = Renewal(length: .months(1), base: .todayIfExpired)
        #expect(renewal.lastDay(after: today, today: today) == day("2026-07-15"))
        #expect(renewal.lastDay(after: day("2026-06-14"), today: today) == day("2026-07-14"))
        #expect(renewal.lastDay(after: day("2026-06-16"), today: today) == day("2026-07-16"))
        // From the old end, however long it has passed.
        #expect(Renewal(length: .months(1)).lastDay(after: day("2026-05-31"), today: today) == day("2026-06-30"))
    }

    @Test("Counted from today a term is as long as a new one, on leap days too")
    func fromToday() {
        let renewal = Renewal(length: .months(12), base: .todayIfExpired)
        #expect(renewal.lastDay(after: day("2028-02-28"), today: day("2028-02-29")) == day("2029-02-27"))
        #expect(renewal.lastDay(after: day("2028-02-29"), today: day("2028-02-29")) == day("2029-02-28"))
    }

    @Test("An absolute end is that day, whatever the base")
    func absolute() {
        for base in Renewal.Base.allCases {
            let renewal = Renewal(length: .until(day("2027-01-01")), base: base)
            #expect(renewal.lastDay(after: day("2026-06-01"), today: today) == day("2027-01-01"))
        }
    }
}
