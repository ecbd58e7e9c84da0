import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// The order of the commands of one subscription.
extension LedgerTransaction {
    static let knownSQL = "SELECT version, kind, ends_with_term FROM subscription WHERE id = ?"

    static let headSQL = """
        SELECT 1 FROM command WHERE subscription = ? AND state IN ('in-hand', 'retrying')
        """

    static let ripeSQL = """
        SELECT number FROM command WHERE subscription = ? AND state = 'premature' AND awaits <= ? ORDER BY number
        """

    static let lastPlaceSQL = "SELECT max(place) FROM command WHERE subscription = ? AND state = 'behind'"

    static let standBehindSQL = """
        UPDATE command SET state = 'behind', place = ?, is_exhausted = ?, awaits = NULL, due = NULL WHERE number = ?
        """

    static let createsSQL = "SELECT operation FROM command WHERE number = ?"

    static let lineUpSQL = "UPDATE command SET place = number WHERE subscription = ? AND state = 'behind'"

    static let promoteSQL = """
        UPDATE command SET state = 'retrying', due = coalesce(?, received_at), place = NULL
        WHERE number = (
            SELECT number FROM command WHERE subscription = ? AND state = 'behind' ORDER BY place LIMIT 1
        )
        """

    /// What is known of the subscription; `nil` when the ledger has never seen it.
    func known(_ subscription: String) throws -> KnownSubscription? {
        try row(Self.knownSQL, [subscription]) { row in
            guard let kind = Subscription.Kind(rawValue: row[1]) else { throw ByteReader.Damage() }
            return KnownSubscription(version: row[0], kind: kind, endsWithTerm: row[2])
        }
    }

    /// Keeps what is now known of the subscription.
    func learn(_ known: KnownSubscription, of subscription: String) throws {
        try run(
            """
            INSERT INTO subscription (id, version, kind, ends_with_term) VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE SET
                version = excluded.version, kind = excluded.kind, ends_with_term = excluded.ends_with_term
            """,
            [subscription, known.version, known.kind.rawValue, known.endsWithTerm]
        )
    }

    /// Whether nobody is the lane's head.
    func isFree(_ subscription: String) throws -> Bool {
        try row(Self.headSQL, [subscription]) { _ in true } == nil
    }

    /// The place behind everyone who stands in the lane.
    func nextPlace(_ subscription: String) throws -> Int64 {
        (try row(Self.lastPlaceSQL, [subscription]) { $0[0] as Int64? ?? 0 } ?? 0) + 1
    }

    /// Gives the premature commands that the version makes ripe their places, in the order of first receipt.
    func ripen(_ subscription: String, version: Int) throws {
        let ripe = try rows(Self.ripeSQL, [subscription, version]) { $0[0] as Int64 }
        guard !ripe.isEmpty else { return }
        var place = try nextPlace(subscription)
        for number in ripe {
            try run(Self.standBehindSQL, [place, false, number])
            place += 1
        }
    }

    /// The subscription has come into being, and made everyone ripe at the same moment: those who asked too early, and
    /// those who stood in the lane and were not asked yet.
    ///
    /// So they go in the order of first receipt.
    func lineUp(_ subscription: String) throws {
        try run(Self.lineUpSQL, [subscription])
    }

    /// Whether the command is one that creates its subscription.
    func creates(_ number: Int64) throws -> Bool {
        try row(Self.createsSQL, [number]) { OrderOperation(rawValue: $0[0])?.createsSubscription } == true
    }

    /// Makes the first who stands behind the head of the free lane: from now on nobody can overtake it.
    ///
    /// It is due at that time, or else since its receipt, so at once.
    func promote(_ subscription: String, due: Date? = nil) throws {
        try run(Self.promoteSQL, [due?.stored, subscription])
    }
}
