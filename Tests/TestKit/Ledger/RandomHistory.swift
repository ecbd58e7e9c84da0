import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

/// A seeded walk over the port's operations on two ledgers at once.
public struct RandomHistory {
    private var random: SplitMix
    private let real: any LedgerStore
    private let model = InMemoryLedgerStore(predecessorWait: LedgerConformance.predecessorWait)
    private var ledgers: [any Ledger]
    private var now = 0.0
    private var claimed: [CommandIdentity] = []
    /// The real ledger's claims and the model's, pairwise; stale ones stay in.
    private var held: [[Claim]] = []
    private var trail: [String] = []

    /// Opens both.
    public init(seed: UInt64, store: any LedgerStore) async throws {
        random = SplitMix(state: seed)
        real = store
        ledgers = [try await real.open(now: LedgerScene.time(0)), try await model.open(now: LedgerScene.time(0))]
    }

    /// Does one of the port's operations on both, and compares the answers.
    public mutating func step() async throws {
        now += Double(Int.random(in: 0...8, using: &random)) / 4
        switch Int.random(in: 0..<100, using: &random) {
        case 0..<30: try await claim()
        case 30..<52: try await complete()
        case 52..<67: try await park()
        case 67..<71: try await underClaim("release") { try await $0.release($1) }
        case 71..<86: try await wake()
        case 86..<90: try await announce()
        case 90..<92: try await each("extend") { try await $0.extendPatience(by: 2.5) }
        case 92..<94: try await prune()
        case 94..<96: try await intend()
        case 96: try await reopen()
        case 97: try await pauseOrResume()
        case 98: try await releaseOrReplay()
        case _: try await compare()
        }
    }

    /// All that can be asked is answered the same.
    public mutating func compare() async throws {
        let end = LedgerScene.time(now)
        try await each("orders") { try await $0.orders(matching: OrderFilter(limit: 1000)) }
        try await each("statistics") { try await $0.statistics() }
        try await each("due") { try await $0.nextDue() }
        try await each("pauses") { try await $0.pauses() }
        try await each("unannounced") { try await $0.unannounced(endedBefore: end, limit: 1000) }
        for number in 0..<3 {
            let filter = OrderFilter(
                subscriptionID: "SUB-\(number)",
                state: OrderRecord.State.allCases.randomElement(using: &random)
            )
            try await each("filter") { try await $0.orders(matching: filter) }
        }
    }

    private mutating func claim() async throws {
        let number = Int.random(in: 0..<max(3, claimed.count + 5), using: &random)
        let request = try LedgerScene.request(
            "\(number)",
            of: "SUB-\(number % 3)",
            expecting: [nil, nil, 0, 1, 2, 3, 5, 8][number % 7],
            at: now,
            fingerprint: Int.random(in: 0..<20, using: &random) == 0 ? "other" : "same"
        )
        claimed.append(request.identity)
        let answers = try await each("claim \(number)", normalised: Self.withoutFence) { try await $0.claim(request) }
        let claims = answers.compactMap { if case .granted(let grant) = $0 { grant.claim } else { nil } }
        if claims.count == 2 { held.append(claims) }
    }

    private mutating func complete() async throws {
        let version = Bool.random(using: &random) ? Int.random(in: 1...8, using: &random) : nil
        let end = now
        let isLetter = version == nil && Bool.random(using: &random)
        try await underClaim("complete") { ledger, claim in
            var ending = LedgerScene.ending(claim, version: version, at: end)
            if isLetter { ending.outcome = .deadLettered }
            try await ledger.complete(ending, under: claim)
        }
    }

    private mutating func park() async throws {
        let expected = [nil, 1, 3, 6].randomElement(using: &random) ?? nil
        let attempts = Int.random(in: 1...4, using: &random)
        let waits: [Parking.Wait] = [.retry(attempts: attempts), .settling, .predecessor(expectedVersion: expected)]
        let learnt = KnownSubscription(version: Int.random(in: 1...6, using: &random), kind: .trial, endsWithTerm: true)
        let parking = Parking(
            wait: waits[Int.random(in: 0..<3, using: &random)],
            due: LedgerScene.time(now + Double(Int.random(in: 0...20, using: &random))),
            detail: "parked at \(now)",
            known: Int.random(in: 0..<4, using: &random) == 0 ? learnt : nil
        )
        try await underClaim("park \(parking.wait)") { try await $0.park(parking, under: $1) }
    }

    private mutating func wake() async throws {
        let limit = Int.random(in: 0...4, using: &random)
        let time = LedgerScene.time(now)
        let woken = try await each("wake", normalised: { $0.map(Self.withoutFence) }) {
            try await $0.wake(limit: limit, now: time)
        }
        for (real, model) in zip(woken[0], woken[1]) { held.append([real.grant.claim, model.grant.claim]) }
    }

    private mutating func pauseOrResume() async throws {
        let since = LedgerScene.time(now)
        if Bool.random(using: &random) {
            let pause = Pause(operation: .renewSubscription, by: "ann", since: since)
            try await each("pause") { try await $0.pause(pause) }
        } else {
            try await each("resume") { try await $0.resume(.renewSubscription) }
        }
    }

    private mutating func releaseOrReplay() async throws {
        guard let identity = claimed.randomElement(using: &random) else { return }
        let time = LedgerScene.time(now)
        let resolution = Resolution.allCases.randomElement(using: &random) ?? .retryNow
        try await each("release \(identity.id)") { try await $0.release(identity, as: resolution, at: time) }
        let letter = LetterOfCommand(
            identity: identity,
            fingerprint: "same",
            subscriptionID: "SUB-\((Int(identity.id) ?? 0) % 3)",
            round: [nil, 1, 2].randomElement(using: &random) ?? nil,
            time: time
        )
        try await each("replay \(identity.id)") { try await $0.openRound(letter, at: time) }
        let suspects = try await each("suspect", normalised: { $0.map(Self.withoutFence) }) {
            try await $0.wakeSuspect(now: time)
        }
        if let real = suspects[0], let model = suspects[1] { held.append([real.grant.claim, model.grant.claim]) }
    }

    private mutating func announce() async throws {
        guard let identity = claimed.randomElement(using: &random) else { return }
        let round = Int.random(in: 1...2, using: &random)
        try await each("announced") { try await $0.announced(identity, round: round) }
    }

    private mutating func prune() async throws {
        let before = LedgerScene.time(now - 20)
        try await each("prune") { try await $0.prune(endedBefore: before, limit: 3) }
    }

    private mutating func intend() async throws {
        let id = ["create", "patch#1"].randomElement(using: &random) ?? "create"
        let intent = Intent(id: id, call: "POST", effects: ["at \(now)"], deadline: LedgerScene.time(now))
        try await underClaim("intend") { try await $0.intend(intent, under: $1) }
    }

    private mutating func reopen() async throws {
        trail.append("reopen")
        ledgers = [
            try await real.open(now: LedgerScene.time(now)), try await model.open(now: LedgerScene.time(now)),
        ]
    }

    /// With any claim that was ever granted: most of the older ones are stale by now.
    private mutating func underClaim(
        _ name: String,
        _ operation: (any Ledger, Claim) async throws -> Void
    ) async throws {
        let recent = held.suffix(6)
        guard let claims = recent.randomElement(using: &random) else { return }
        trail.append("\(name) \(claims[0].identity.id)")
        var failures: [LedgerFailure?] = []
        for (ledger, claim) in zip(ledgers, claims) {
            do {
                try await operation(ledger, claim)
                failures.append(nil)
            } catch let failure as LedgerFailure {
                failures.append(failure)
            }
        }
        try check(failures[0] == failures[1], "\(failures)")
    }

    @discardableResult
    private mutating func each<Value: Equatable>(
        _ name: String,
        normalised: (Value) -> Value = { $0 },
        _ operation: (any Ledger) async throws -> Value
    ) async throws -> [Value] {
        trail.append(name)
        let answers = [try await operation(ledgers[0]), try await operation(ledgers[1])]
        try check(normalised(answers[0]) == normalised(answers[1]), "\(answers[0])\n\nnot\n\n\(answers[1])")
        return answers
    }

    private mutating func each(_ name: String, _ operation: (any Ledger) async throws -> Void) async throws {
        trail.append(name)
        for ledger in ledgers { try await operation(ledger) }
    }

    /// Fences grow in each ledger as it likes.
    private static func withoutFence(_ answer: ClaimAnswer) -> ClaimAnswer {
        guard case .granted(var grant) = answer else { return answer }
        grant.claim.fence = 0
        return .granted(grant)
    }

    private static func withoutFence(_ woken: WokenCommand) -> WokenCommand {
        var woken = woken
        woken.grant.claim.fence = 0
        return woken
    }

    private func check(_ condition: Bool, _ detail: String) throws {
        if !condition {
            throw LedgerScene.Surprise("after \(trail.suffix(12)): \(detail)")
        }
    }
}
