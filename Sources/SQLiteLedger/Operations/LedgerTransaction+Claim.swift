import AMQP
import Foundation
import GRDB
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

extension LedgerTransaction {
    static let findSQL = """
        SELECT number, fingerprint, state, is_released FROM command WHERE id = ? AND source = ?
        """

    private static let insertSQL = """
        INSERT INTO command (
            source, id, fingerprint, operation, subscription, expected_version, bytes, received_at,
            state, fence, place, awaits, due
        ) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// A row that came before under the same identity.
    private struct Earlier {
        var number: Int64
        var fingerprint: String
        var state: OrderRecord.State
        var isReleased: Bool
    }

    /// Claims a command: its first receipt, or one more.
    func claim(_ request: ClaimRequest, message: [UInt8]) throws -> ClaimAnswer {
        let earlier = try row(Self.findSQL, [request.identity.id, request.identity.source]) { row in
            Earlier(number: row[0], fingerprint: row[1], state: try state(row[2]), isReleased: row[3])
        }
        guard let earlier else { return try claimFirst(request, message) }
        guard earlier.fingerprint == request.fingerprint else { return .conflict }
        switch earlier.state {
        case .ended:
            return .replay(try storedOutcome(earlier.number))
        case .inHand:
            return .inHand
        case .retrying where earlier.isReleased:
            return .granted(try take(earlier.number).grant)
        case .retrying, .behind, .premature:
            return .parked
        }
    }

    private func claimFirst(_ request: ClaimRequest, _ message: [UInt8]) throws -> ClaimAnswer {
        let subscription = request.subscriptionID.description
        let known = try known(subscription)
        if try isFree(subscription) {
            let fence = fences.next()
            try insert(request, message, state: .inHand, fence: fence)
            return .granted(
                Grant(
                    claim: Claim(
                        identity: request.identity,
                        subscriptionID: request.subscriptionID,
                        round: 1,
                        fence: fence
                    ),
                    known: known,
                    receivedAt: request.receivedAt
                )
            )
        }
        if let expected = request.expectedVersion, expected > known?.version ?? 0 {
            let due = request.receivedAt.addingTimeInterval(predecessorWait)
            try insert(request, message, state: .premature, awaits: expected, due: due)
        } else {
            try insert(request, message, state: .behind, place: try nextPlace(subscription))
        }
        return .parked
    }

    private func insert(
        _ request: ClaimRequest,
        _ message: [UInt8],
        state: OrderRecord.State,
        fence: Int64 = 0,
        place: Int64? = nil,
        awaits: Int? = nil,
        due: Date? = nil
    ) throws {
        try run(
            Self.insertSQL,
            [
                request.identity.source, request.identity.id, request.fingerprint, request.operation.rawValue,
                request.subscriptionID.description, request.expectedVersion, request.message.body.count,
                request.receivedAt.stored, state.rawValue, fence, place, awaits, due?.stored,
            ]
        )
        // The message is there from the first moment: the ledger alone can finish whatever was claimed.
        try run("INSERT INTO message (number, content) VALUES (?, ?)", [database.lastInsertedRowID, message.blob])
    }

    func state(_ text: String) throws -> OrderRecord.State {
        guard let state = OrderRecord.State(rawValue: text) else { throw ByteReader.Damage() }
        return state
    }
}
