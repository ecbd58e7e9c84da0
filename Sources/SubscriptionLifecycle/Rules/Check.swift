/// One guard of a decision: what was seen, what the rules want, and whether it held.
public struct Check: Hashable, Sendable {
    /// What is checked, in the order of the contract: cancelled, version, state, term, line items, quantities, look-ups
    /// in EMS.
    public enum Name: String, CaseIterable, Hashable, Sendable {
        /// What is cancelled stays so.
        case notCancelled = "not-cancelled"
        /// The version that the publisher saw is the subscription's.
        case version
        /// The transition table lets the operation go on from that state.
        case state
        /// What is marked to end with its term gets no other.
        case notEndingWithTerm = "not-ending-with-term"
        /// A trial may be converted until some days after its end.
        case withinConversionWindow = "within-conversion-window"
        /// A subscription may be renewed until some days after its end.
        case withinRenewalGrace = "within-renewal-grace"
        /// There is a mark to take away.
        case cancellationScheduled = "cancellation-scheduled"
        /// There is an end to extend.
        case termHasEnd = "term-has-end"
        /// The new end is a day that the calendar has.
        case termInCalendar = "term-in-calendar"
        /// The term doesn't end before it starts.
        case termInOrder = "term-in-order"
        /// The new end is after the old one.
        case termExtended = "term-extended"
        /// A line that is named is in force.
        case lineItemInForce = "line-item-in-force"
        /// A command names a line once.
        case lineItemNamedOnce = "line-item-named-once"
        /// The id of an added line was never used.
        case lineItemNew = "line-item-new"
        /// At least one line stays.
        case lineItemsLeft = "line-items-left"
        /// An upsell raises quantities.
        case quantityIncreased = "quantity-increased"
        /// A reduced tier lowers quantities.
        case quantityReduced = "quantity-reduced"
        /// No less is left than is activated.
        case quantityCoversActivated = "quantity-covers-activated"
        /// The customer is there, or can be created.
        case customerKnown = "customer-known"
        /// The channel partner is there.
        case channelPartnerKnown = "channel-partner-known"
        /// The product of an added line is enabled in the catalogue.
        case productEnabled = "product-enabled"
    }

    /// What is checked.
    public var name: Name
    /// Whether it held.
    public var isHeld: Bool
    /// What was seen.
    public var observed: [String: Fact]
    /// What the rule wants.
    public var required: [String: Fact]

    /// A guard that was looked at.
    public init(_ name: Name, isHeld: Bool, observed: [String: Fact], required: [String: Fact]) {
        self.name = name
        self.isHeld = isHeld
        self.observed = observed
        self.required = required
    }
}

/// A verdict with the guards that led to it, in their order.
///
/// The first that doesn't hold is the last: what comes after it was not looked at.
public struct Examination: Hashable, Sendable {
    /// What the rules say.
    public var verdict: Verdict
    /// What they looked at; of a command with very many line items the first ``longest`` that held, and the one that
    /// didn't.
    public var checks: [Check]

    /// The most guards that are kept of those that held.
    public static let longest = 200

    /// A verdict and how it came about.
    public init(verdict: Verdict, checks: [Check]) {
        self.verdict = verdict
        self.checks = checks
    }
}

/// What a decision has looked at so far; lives as long as the decision takes.
final class Trace {
    private(set) var checks: [Check] = []

    func note(_ check: Check) {
        guard !check.isHeld || checks.count < Examination.longest else { return }
        checks.append(check)
    }
}

extension Scene {
    /// Goes on when the guard holds, and refuses otherwise; either way the trace gets to know, if somebody wants one.
    ///
    /// The facts are put together only for a trace or a refusal: a decision in the line pays nothing for them.
    func require(
        _ name: Check.Name,
        _ holds: Bool,
        observed: @autoclosure () -> [String: Fact],
        required: @autoclosure () -> [String: Fact],
        else code: RejectionCode,
        _ message: @autoclosure () -> String
    ) throws(Refusal) {
        if holds {
            trace?.note(Check(name, isHeld: true, observed: observed(), required: required()))
        } else {
            throw refuse(name, .rejected(code, message(), observed: observed(), required: required()))
        }
    }

    /// Notes the guard that didn't hold.
    func refuse(_ name: Check.Name, _ refusal: Refusal) -> Refusal {
        if case .rejected(let rejection) = refusal {
            trace?.note(Check(name, isHeld: false, observed: rejection.observed, required: rejection.required))
        }
        return refusal
    }
}
