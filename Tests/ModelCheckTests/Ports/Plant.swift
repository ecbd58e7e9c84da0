import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

@testable import SubscriptionLifecycle
@testable import TestKit

/// A bug that is put in on purpose, to see that it is found.
enum Plant: String, CaseIterable, Hashable, Sendable {
    /// The ledger says that it keeps a decision, and doesn't.
    case decisionForgotten
    /// The ledger says that it keeps an intent, and doesn't.
    case intentForgotten
    /// The ledger says that it keeps an end, and doesn't.
    case completionForgotten
    /// The ledger says that it keeps a parked command, and doesn't.
    case parkingForgotten
    /// The ledger says that it keeps that an outcome is out, and doesn't.
    case announcementForgotten
    /// The ledger counts the version up by two.
    case versionSkipped
    /// The ledger grants what has ended.
    case endedGranted
    /// The ledger grants what stands behind another.
    case laneIgnored
    /// The publisher says that it is confirmed, and nothing was sent.
    case publisherLies
    /// The publisher says that it is confirmed, and nothing was sent, for what was parked before.
    case wokenUnpublished
    /// Each write to EMS is done twice.
    case writtenTwice
    /// The gateway says that it was refused, and nothing written, when it was.
    case leftoverDenied
    /// The gateway shows a closed entitlement as one in force, and takes it for changed.
    case closedShownEnabled
    /// The gateway sends again at once what may still land.
    case settleSkipped
    /// The gateway waits for an answer that never comes.
    case neverAnswered
    /// A command that always fails is tried again without end.
    case retriedForEver
    /// The gateway shortens the term of a renewal.
    case termShortened
    /// The table lets what is converted be converted.
    case convertedTwice

    var lifecycle: Lifecycle? {
        guard self == .convertedTwice else { return nil }
        var rows = TransitionTable.contract.rows
        rows[.active]?[.convert] = .leads(to: .active, guards: [])
        return Lifecycle(table: TransitionTable(rows: rows))
    }

    /// The grant that a claim must not get.
    func forge(_ answer: ClaimAnswer, _ request: ClaimRequest, _ ledger: isolated InMemoryLedger) -> Grant? {
        switch (self, answer) {
        case (.endedGranted, .replay), (.laneIgnored, .parked): ledger.grantAnyway(request.identity)
        default: nil
        }
    }
}
