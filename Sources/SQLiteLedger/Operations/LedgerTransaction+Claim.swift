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

    static let claimAgainSQL = """
        UPDATE command SET state = ?, place = ?, awaits = ?, due = ?, bytes = ?, received_at = ?, detail = NULL
        WHERE number = ?
        """

    static let isPausedSQL = "SELECT 1 FROM pause WHERE operation = ?"

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
        case .reopened:
            return try claimAgain(earlier.number, request, message)
        case .retrying where earlier.isReleased:
            return try isPaused(request.operation) ? .parked : .granted(try take(earlier.number).grant)
        case .retrying, .behind, .premature:
            return .parked
        }
    }

    private func claimFirst(_ request: ClaimRequest, _ message: [UInt8]) throws -> ClaimAnswer {
        let known = try known(request.subscriptionID.description)
        let place = try place(for: request, known)
        guard case .inHand = place else {
            try insert(request, message, place)
            return .parked
        }
        let fence = fences.next()
        try insert(request, message, place, fence: fence)
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

    /// The message of a round that an operator's replay has opened.
    private func claimAgain(_ number: Int64, _ request: ClaimRequest, _ message: [UInt8]) throws -> ClaimAnswer {
        let place = try place(for: request, try known(request.subscriptionID.description))
        let isGranted = if case .inHand = place { true } else { false }
        // What is granted is taken below, from where the head of a lane stands.
        let state = isGranted ? .retrying : place.state
        try run(
            Self.claimAgainSQL,
            [
                state.rawValue, place.number, place.awaits, place.due?.stored, request.message.body.count,
                request.receivedAt.stored, number,
            ]
        )
        try run("INSERT OR REPLACE INTO message (number, content) VALUES (?, ?)", [number, message.blob])
        return isGranted ? .granted(try take(number).grant) : .parked
    }

    /// Where a command stands from now on.
    private enum Place {
        case inHand
        /// As the head of its lane, until its operation is paused no more.
        case paused(since: Date)
        case behind(Int64)
        case premature(awaits: Int, due: Date)

        var state: OrderRecord.State {
            switch self {
            case .inHand: .inHand
            case .paused: .retrying
            case .behind: .behind
            case .premature: .premature
            }
        }

        var number: Int64? { if case .behind(let number) = self { number } else { nil } }
        var awaits: Int? { if case .premature(let version, _) = self { version } else { nil } }

        var due: Date? {
            switch self {
            case .inHand, .behind: nil
            case .paused(let since): since
            case .premature(_, let due): due
            }
        }
    }

    private func place(for request: ClaimRequest, _ known: KnownSubscription?) throws -> Place {
        let lane = request.subscriptionID.description
        let isFree = try isFree(lane)
        let isPaused = try isPaused(request.operation)
        if isFree, !isPaused { return .inHand }
        // What waits only because of a pause must not hold back what it builds on.
        let isAhead = request.expectedVersion.map { $0 > known?.version ?? 0 }
        if isAhead ?? (isPaused && known == nil && !request.operation.createsSubscription) {
            let due = request.receivedAt.addingTimeInterval(predecessorWait)
            return .premature(awaits: request.expectedVersion ?? 0, due: due)
        }
        return isFree ? .paused(since: request.receivedAt) : .behind(try nextPlace(lane))
    }

    func isPaused(_ operation: OrderOperation) throws -> Bool {
        try row(Self.isPausedSQL, [operation.rawValue]) { _ in true } ?? false
    }

    private func insert(
        _ request: ClaimRequest,
        _ message: [UInt8],
        _ place: Place,
        fence: Int64 = 0
    ) throws {
        try run(
            Self.insertSQL,
            [
                request.identity.source, request.identity.id, request.fingerprint, request.operation.rawValue,
                request.subscriptionID.description, request.expectedVersion, request.message.body.count,
                request.receivedAt.stored, place.state.rawValue, fence, place.number, place.awaits, place.due?.stored,
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
