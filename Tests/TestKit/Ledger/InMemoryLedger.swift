public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// A ledger over one array: the port's meaning in as few words as possible, and the model that real ledgers are
/// compared with. Remembers nothing beyond its own life but through ``reopened(now:)``.
public actor InMemoryLedger: Ledger {
    var rows: [LedgerRow]
    var subscriptions: [String: KnownSubscription]
    let predecessorWait: Double
    var lastFence: Int64
    private var isClosed = false

    /// An empty ledger.
    public init(predecessorWait: Double) {
        self.init(rows: [], subscriptions: [:], predecessorWait: predecessorWait, lastFence: 0)
    }

    private init(
        rows: [LedgerRow],
        subscriptions: [String: KnownSubscription],
        predecessorWait: Double,
        lastFence: Int64
    ) {
        self.rows = rows
        self.subscriptions = subscriptions
        self.predecessorWait = predecessorWait
        self.lastFence = lastFence
    }

    /// The same ledger after its process died and another one opened it; this one answers no more.
    public func reopened(now: Date) -> InMemoryLedger {
        isClosed = true
        var rows = rows
        for index in rows.indices {
            switch rows[index].state {
            case .inHand:
                rows[index].state = .retrying
                rows[index].isReleased = true
                rows[index].due = now
            case .premature:
                rows[index].due = max(rows[index].due ?? now, now.addingTimeInterval(predecessorWait))
            case .retrying, .behind, .ended:
                break
            }
        }
        return InMemoryLedger(
            rows: rows,
            subscriptions: subscriptions,
            predecessorWait: predecessorWait,
            lastFence: lastFence
        )
    }

    /// The claim under which the command of that id is in hand.
    public func claimInHand(of id: String) -> Claim? {
        rows.first { $0.request.identity.id == id && $0.state == .inHand }.map { row in
            Claim(
                identity: row.request.identity,
                subscriptionID: row.request.subscriptionID,
                round: row.round,
                fence: row.fence
            )
        }
    }

    /// Claims a command: its first receipt, or one more.
    public func claim(_ request: ClaimRequest) throws(LedgerFailure) -> ClaimAnswer {
        try checkOpen()
        if let index = rows.firstIndex(where: { $0.request.identity == request.identity }) {
            guard rows[index].request.fingerprint == request.fingerprint else { return .conflict }
            switch rows[index].state {
            case .ended: return .replay(rows[index].storedOutcome)
            case .inHand: return .inHand
            case .retrying where rows[index].isReleased: return .granted(take(index))
            case .retrying, .behind, .premature: return .parked
            }
        }
        var row = LedgerRow(number: (rows.last?.number ?? 0) + 1, request: request)
        let lane = row.lane
        if head(lane) == nil {
            rows.append(row)
            return .granted(take(rows.count - 1))
        }
        if let expected = request.expectedVersion, expected > subscriptions[lane]?.version ?? 0 {
            row.state = .premature
            row.awaits = expected
            row.due = request.receivedAt.addingTimeInterval(predecessorWait)
        } else {
            row.state = .behind
            row.place = nextPlace(lane)
        }
        rows.append(row)
        return .parked
    }

    /// Keeps the decision.
    public func record(_ decision: Decision, under claim: Claim) throws(LedgerFailure) {
        rows[try held(claim)].decision = decision
    }

    /// Adds the intent, or replaces the one of the same id.
    public func intend(_ intent: Intent, under claim: Claim) throws(LedgerFailure) {
        let index = try held(claim)
        if let earlier = rows[index].intents.firstIndex(where: { $0.id == intent.id }) {
            rows[index].intents[earlier] = intent
        } else {
            rows[index].intents.append(intent)
        }
    }

    /// Ends the command, frees its lane and readies whoever comes next.
    public func complete(_ ending: Ending, under claim: Claim) throws(LedgerFailure) {
        let index = try held(claim)
        rows[index].state = .ended
        rows[index].ending = ending
        rows[index].publishings = ending.publishings
        rows[index].detail = ending.detail
        let lane = rows[index].lane
        subscriptions[lane] = ending.known ?? subscriptions[lane]
        ripen(lane)
        promote(lane, due: ending.endedAt)
    }

    /// Keeps the outcome event alone.
    public func announced(_ identity: CommandIdentity, round: Int) throws(LedgerFailure) {
        try checkOpen()
        for index in rows.indices
        where rows[index].request.identity == identity && rows[index].state == .ended && rows[index].round == round {
            rows[index].isAnnounced = true
            rows[index].publishings = rows[index].publishings.suffix(1)
        }
    }

    /// Puts a command aside, at its place or without one.
    public func park(_ parking: Parking, under claim: Claim) throws(LedgerFailure) {
        let index = try held(claim)
        let lane = rows[index].lane
        let before = subscriptions[lane]
        subscriptions[lane] = parking.known ?? before
        rows[index].due = parking.due
        rows[index].detail = parking.detail
        switch parking.wait {
        case .retry(let attempts):
            rows[index].state = .retrying
            rows[index].attempts = attempts
        case .settling:
            rows[index].state = .retrying
        case .predecessor(let expected):
            rows[index].state = .premature
            rows[index].patience = .left
            rows[index].awaits = expected ?? 0
            // What the line knew when it said premature can't be what it waits for.
            if let after = subscriptions[lane], before == after, (expected ?? 0) <= after.version {
                rows[index].awaits = after.version + 1
            }
        }
        ripen(lane)
        promote(lane, due: nil)
    }

    /// Lets go of a command, which stays its lane's head and is due at once.
    public func release(_ claim: Claim) throws(LedgerFailure) {
        let index = try held(claim)
        rows[index].state = .retrying
        rows[index].isReleased = true
        rows[index].due = rows[index].request.receivedAt
    }

    /// Puts up to `limit` commands in hand whose time has come.
    public func wake(limit: Int, now: Date) throws(LedgerFailure) -> [WokenCommand] {
        try checkOpen()
        var woken: [WokenCommand] = []
        while woken.count < limit, let index = firstDue(now) {
            if rows[index].state == .premature {
                rows[index].patience = .exhausted
                rows[index].due = nil
                guard head(rows[index].lane) == nil else {
                    rows[index].place = nextPlace(rows[index].lane)
                    rows[index].state = .behind
                    continue
                }
            }
            let request = rows[index].request
            woken.append(WokenCommand(grant: take(index), operation: request.operation, message: request.message))
        }
        return woken
    }

    /// When the next command is due.
    public func nextDue() throws(LedgerFailure) -> Date? {
        try checkOpen()
        return rows.compactMap(\.due).min()
    }

    /// The oldest outcomes that wait to be published.
    public func unannounced(endedBefore: Date, limit: Int) throws(LedgerFailure) -> [StoredOutcome] {
        try checkOpen()
        return endedRows { !$0.isAnnounced && $1 < endedBefore }.prefix(max(0, limit)).map(\.storedOutcome)
    }

    /// Gives every premature command more time.
    public func extendPatience(by seconds: Double) throws(LedgerFailure) {
        try checkOpen()
        for index in rows.indices where rows[index].state == .premature {
            rows[index].due = rows[index].due?.addingTimeInterval(seconds)
        }
    }

    /// Deletes the longest ended of those that were announced.
    public func prune(endedBefore: Date, limit: Int) throws(LedgerFailure) -> Int {
        try checkOpen()
        let pruned = Set(endedRows { $0.isAnnounced && $1 < endedBefore }.prefix(max(0, limit)).map(\.number))
        rows.removeAll { pruned.contains($0.number) }
        return pruned.count
    }

    /// What is known of a subscription.
    public func subscription(_ id: SubscriptionID) throws(LedgerFailure) -> KnownSubscription? {
        try checkOpen()
        return subscriptions[id.description]
    }

    /// Refuses everything from now on.
    public func close() { isClosed = true }

    func checkOpen() throws(LedgerFailure) {
        guard !isClosed else { throw .unavailable("The ledger is closed.") }
    }
}
