import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import SubscriptionLifecycle

extension LedgerTransaction {
    static let retrySQL = """
        UPDATE command SET state = 'retrying', attempts = coalesce(?, attempts), due = ?, detail = ? WHERE number = ?
        """

    static let waitSQL = """
        UPDATE command SET state = 'premature', awaits = ?, due = ?, detail = ?, is_exhausted = 0 WHERE number = ?
        """

    static let releaseSQL = """
        UPDATE command SET state = 'retrying', is_released = 1, due = received_at WHERE number = ?
        """

    /// Puts a command aside, at its place or without one.
    func park(_ parking: Parking, _ part: CasePart?, under claim: Claim) throws {
        let number = try held(claim)
        try keep(part, of: number)
        let subscription = claim.subscriptionID.description
        let before = try known(subscription)
        if let learnt = parking.known { try learn(learnt, of: subscription) }
        let after = parking.known ?? before

        switch parking.wait {
        case .retry(let attempts):
            try run(Self.retrySQL, [attempts, parking.due.stored, parking.detail, number])
        case .settling:
            try run(Self.retrySQL, [nil as Int?, parking.due.stored, parking.detail, number])
        case .predecessor(let expected):
            let awaited = awaitedVersion(expected, before: before, after: after)
            try run(Self.waitSQL, [awaited, parking.due.stored, parking.detail, number])
        }
        if let after { try ripen(subscription, version: after.version) }
        if case .predecessor = parking.wait { try promote(subscription) }
    }

    /// The version that lets a premature command go on.
    ///
    /// A version that was there when the command was granted can't be what it waits for: the line saw it, and says
    /// premature all the same (EMS has lost the entitlement, for one). It would be granted and parked for ever, without
    /// a pause; so it waits for the next change.
    private func awaitedVersion(_ expected: Int?, before: KnownSubscription?, after: KnownSubscription?) -> Int {
        let awaited = expected ?? 0
        guard let after, before == after, awaited <= after.version else { return awaited }
        return after.version + 1
    }

    /// Lets go of a command, which stays its lane's head.
    func release(_ claim: Claim) throws {
        try run(Self.releaseSQL, [try held(claim)])
    }
}
