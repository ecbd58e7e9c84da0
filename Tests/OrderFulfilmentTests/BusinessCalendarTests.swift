import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

@testable import OrderFulfilment

/// Midnight is where the business is, not where the worker runs.
@Suite struct BusinessCalendarTests {
    @Test(
        arguments: [
            ("UTC", "2026-06-15T23:59:59Z", "2026-06-15"), ("UTC", "2026-06-16T00:00:00Z", "2026-06-16"),
            // Two hours ahead in summer, one in winter.
            ("Europe/Berlin", "2026-06-15T21:59:59Z", "2026-06-15"),
            ("Europe/Berlin", "2026-06-15T22:00:00Z", "2026-06-16"),
            ("Europe/Berlin", "2026-12-15T22:59:59Z", "2026-12-15"),
            ("Europe/Berlin", "2026-12-15T23:00:00Z", "2026-12-16"),
            // The days on which the clocks change: of 23 and of 25 hours.
            ("Europe/Berlin", "2026-03-28T23:00:00Z", "2026-03-29"),
            ("Europe/Berlin", "2026-03-29T21:59:59Z", "2026-03-29"),
            ("Europe/Berlin", "2026-10-24T22:00:00Z", "2026-10-25"),
            ("Europe/Berlin", "2026-10-25T22:59:59Z", "2026-10-25"),
            // A day that began at one o'clock.
            ("America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-03"),
            ("America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-04"),
            // A day that there was not.
            ("Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29"),
            ("Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31"),
            ("Pacific/Kiritimati", "2026-06-15T10:00:00Z", "2026-06-16"),
            ("Pacific/Pago_Pago", "2026-06-15T10:59:59Z", "2026-06-14"),
            ("Asia/Kolkata", "2026-06-15T18:30:00Z", "2026-06-16"),
            // Leap days.
            ("Europe/Berlin", "2028-02-28T23:00:00Z", "2028-02-29"),
            ("Europe/Berlin", "2028-02-29T23:00:00Z", "2028-03-01"),
            ("America/New_York", "2028-03-01T04:59:59Z", "2028-02-29"),
        ]
    )
    func `An instant belongs to the day that the business has`(zone: String, instant: String, day: String) throws {
        let calendar = BusinessCalendar(timeZone: try #require(TimeZone(identifier: zone)))
        let date = try Date(instant, strategy: .iso8601)
        #expect(calendar.day(of: date) == LocalDate(day))
    }

    @Test func `An instant that no machine shows is the epoch, not a crash`() throws {
        let calendar = BusinessCalendar(timeZone: .gmt)
        for instant in [Date.distantPast.addingTimeInterval(-1e12), Date(timeIntervalSince1970: 1e15)] {
            #expect(calendar.day(of: instant) == .epoch)
        }
    }

    /// 15 June 2026, an hour before midnight in UTC: in Berlin it is the 16th already.
    @Test(arguments: [("UTC", "active", "succeeded"), ("Europe/Berlin", "lapsed", "rejected")])
    func `The day is the business's in a decision too`(zone: String, state: String, outcome: String) async throws {
        let calendar = BusinessCalendar(timeZone: try #require(TimeZone(identifier: zone)))
        let now = try Date("2026-06-15T23:00:00Z", strategy: .iso8601)
        let today = calendar.day(of: now)
        let setup = LineSetup(
            time: FastTime(today: today.description),
            lifecycle: Lifecycle(policies: LifecyclePolicies(renewalGrace: Window(days: 0)))
        )
        try await withLine(setup) { line in
            let creation: JSON = [
                "customer": Commands.customer, "term": ["start": "2026-01-01", "end": "2026-06-15"],
                "lineItems": [Commands.line],
            ]
            try await line.send("c", .createSubscription, creation)
            #expect(try await line.outcome(of: "c").outcome == "succeeded")
            try await line.send("v", .viewEntitlement)
            #expect(try await line.outcome(of: "v").state == state)
            try await line.send("r", .renewSubscription, ["term": ["months": 1]])
            #expect(try await line.outcome(of: "r").outcome == outcome)
        }
    }
}
