public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle

/// A ledger over one array: the port's meaning in as few words as possible, and the model that real ledgers are
/// compared with. Remembers nothing beyond its own life but through ``reopened(now:)``.
public actor InMemoryLedger: Ledger {
    var rows: [LedgerRow] = []
    var subscriptions: [String: KnownSubscription] = [:]
    var notes: [String: LetterNote] = [:]
    var paused: [OrderOperation: Pause] = [:]
    private var strikes: [String: Int] = [:]
    private var keys: [String: (token: Int64, until: Date)] = [:]
    let predecessorWait: Double
    var lastFence: Int64 = 0
    private var isClosed = false
    private var wasClosed = false
    /// Whether whoever had it before died.
    public private(set) var followsCrash: Bool

    /// An empty ledger.
    public init(predecessorWait: Double, followsCrash: Bool = false) {
        self.predecessorWait = predecessorWait
        self.followsCrash = followsCrash
    }

    private init(takingOver earlier: InMemoryLedger, _ rows: [LedgerRow], now: Date) async {
        self.rows = rows
        predecessorWait = earlier.predecessorWait
        followsCrash = await !earlier.wasClosed
        subscriptions = await earlier.subscriptions
        notes = await earlier.notes
        paused = await earlier.paused
        strikes = await earlier.strikes
        keys = await earlier.keys
        lastFence = await earlier.lastFence
    }

    /// The same ledger after its process died, or closed it, and another one opened it; this one answers no more.
    public func reopened(now: Date) async -> InMemoryLedger {
        isClosed = true
        var rows = rows
        for index in rows.indices {
            switch rows[index].state {
            case .inHand:
                rows[index].state = .retrying
                rows[index].isReleased = true
                rows[index].isSuspect = !wasClosed && rows[index].decision == nil
                rows[index].due = now
            case .premature:
                rows[index].due = max(rows[index].due ?? now, now.addingTimeInterval(predecessorWait))
            case .retrying, .behind, .reopened, .ended:
                break
            }
        }
        return await InMemoryLedger(takingOver: self, rows, now: now)
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
            case .reopened:
                rows[index].request = request
                rows[index].detail = nil
                return enter(index)
            case .retrying where rows[index].isReleased && paused[request.operation] == nil:
                return .granted(take(index))
            case .retrying, .behind, .premature: return .parked
            }
        }
        rows.append(LedgerRow(number: (rows.last?.number ?? 0) + 1, request: request))
        return enter(rows.count - 1)
    }

    /// Gives a command that has just come its place.
    private func enter(_ index: Int) -> ClaimAnswer {
        let request = rows[index].request
        let lane = rows[index].lane
        rows[index].state = .reopened
        let isFree = head(lane) == nil
        let isPaused = paused[request.operation] != nil
        if isFree, !isPaused { return .granted(take(index)) }
        let version = subscriptions[lane]?.version
        let isAhead = request.expectedVersion.map { $0 > version ?? 0 }
        if isAhead ?? (isPaused && version == nil && !request.operation.createsSubscription) {
            rows[index].state = .premature
            rows[index].awaits = request.expectedVersion ?? 0
            rows[index].due = request.receivedAt.addingTimeInterval(predecessorWait)
        } else if isFree {
            rows[index].state = .retrying
            rows[index].due = request.receivedAt
        } else {
            rows[index].place = nextPlace(lane)
            rows[index].state = .behind
        }
        return .parked
    }

    /// Keeps the decision.
    public func record(_ decision: Decision, _ file: CaseFile?, under claim: Claim) throws(LedgerFailure) {
        let index = try held(claim)
        rows[index].decision = decision
        rows[index].keep(file)
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

    /// Whether the claim counts.
    public func confirm(_ claim: Claim) throws(LedgerFailure) { _ = try held(claim) }

    /// Takes a key, unless somebody has it.
    public func hold(
        _ key: String,
        for seconds: Double,
        at now: Date,
        under claim: Claim
    ) throws(LedgerFailure) -> KeyAnswer {
        _ = try held(claim)
        if let holder = keys[key], holder.until > now {
            return .busy(seconds: holder.until.timeIntervalSince(now))
        }
        lastFence += 1
        keys[key] = (lastFence, now.addingTimeInterval(seconds))
        return .held(KeyHold(key: key, token: lastFence))
    }

    /// Gives a key back.
    public func letGo(of hold: KeyHold) throws(LedgerFailure) {
        try checkOpen()
        if keys[hold.key]?.token == hold.token { keys[hold.key] = nil }
    }

    /// Ends the command, frees its lane and readies whoever comes next.
    public func complete(_ ending: Ending, under claim: Claim) throws(LedgerFailure) {
        let index = try held(claim)
        rows[index].state = .ended
        rows[index].ending = ending
        rows[index].publishings = ending.publishings
        rows[index].detail = ending.detail
        rows[index].keep(ending.caseFile, isLast: true)
        let lane = rows[index].lane
        let begins = subscriptions[lane] == nil && ending.known != nil
        subscriptions[lane] = ending.known ?? subscriptions[lane]
        ripen(lane)
        if begins, rows[index].request.operation.createsSubscription { lineUp(lane) }
        promote(lane, due: ending.endedAt)
    }

    /// Keeps the outcome event alone.
    public func announced(_ identity: CommandIdentity, round: Int, at time: Date) throws(LedgerFailure) {
        try checkOpen()
        for index in rows.indices
        where rows[index].request.identity == identity && rows[index].state == .ended && rows[index].round == round {
            if !rows[index].isAnnounced { rows[index].caseFile?.announcedAt = time }
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
        rows[index].keep(parking.caseFile)
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
        return rows.filter(isWakeable).compactMap(\.due).min()
    }

    /// Puts one command in hand that was when a worker died, before it was decided.
    public func wakeSuspect(now: Date) throws(LedgerFailure) -> WokenCommand? {
        try checkOpen()
        let suspects = rows.indices.filter { rows[$0].isSuspect && paused[rows[$0].request.operation] == nil }
        let first = suspects.min { rows[$0].due ?? .distantPast < rows[$1].due ?? .distantPast }
        guard let index = first else { return nil }
        let request = rows[index].request
        return WokenCommand(grant: take(index), operation: request.operation, message: request.message)
    }

    /// Whether one is left.
    public func hasSuspects() async throws(LedgerFailure) -> Bool {
        // Asynchronous like the port's own answer for one worker, which would else be preferred.
        try checkOpen()
        return rows.contains { $0.isSuspect && paused[$0.request.operation] == nil }
    }

    /// What is in hand undecided is a suspect from now on, as if another worker had died with it.
    public func suspectAll() {
        for index in rows.indices where rows[index].state == .inHand && rows[index].decision == nil {
            rows[index].state = .retrying
            rows[index].isReleased = true
            rows[index].isSuspect = true
            rows[index].due = rows[index].request.receivedAt
        }
    }

    /// Adds a strike; answers how many there were before.
    public func strike(_ digest: String, at now: Date) throws(LedgerFailure) -> Int {
        try checkOpen()
        strikes[digest, default: 0] += 1
        return (strikes[digest] ?? 1) - 1
    }

    /// Forgets a message's strikes.
    public func clearStrikes(_ digest: String) throws(LedgerFailure) {
        try checkOpen()
        strikes[digest] = nil
    }

    /// The oldest outcomes that wait to be published.
    public func unannounced(endedBefore: Date, skipping: Int, limit: Int) throws(LedgerFailure) -> [StoredOutcome] {
        try checkOpen()
        return endedRows { !$0.isAnnounced && $1 < endedBefore }.dropFirst(max(0, skipping)).prefix(max(0, limit))
            .map(\.storedOutcome)
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
    public func close() { (isClosed, wasClosed) = (true, true) }

    func checkOpen() throws(LedgerFailure) {
        guard !isClosed else { throw .unavailable("The ledger is closed.") }
    }
}
