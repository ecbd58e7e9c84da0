import Testing

@testable import OrderFulfilment

/// The limit on calls to EMS, against systems in virtual time.
@Suite struct ConcurrencyLimitTests {
    /// A system that a number of clients want to call all the time.
    struct Simulation {
        /// Calls that it takes at once; beyond, it answers 429.
        var capacity: Int
        /// Calls that it does at full speed; beyond, all get slower.
        ///
        /// `nil` when it never gets slower.
        var speed: Int?
        var latency = 0.1
        var retryAfter: Double?
        private(set) var limit: ConcurrencyLimit
        private(set) var now = 0.0
        private(set) var answered = 0
        private(set) var refused = 0
        private(set) var largest = 0
        private var underWay: [(call: ConcurrencyLimit.Call, end: Double, ending: ConcurrencyLimit.Ending)] = []

        init(capacity: Int, speed: Int? = nil, maximum: Int = 64) {
            self.capacity = capacity
            self.speed = speed
            limit = ConcurrencyLimit(maximum: maximum)
        }

        /// As many calls as are permitted, for that many seconds; answers with the rate of calls that were answered.
        mutating func run(seconds: Double, wanted: Int = .max) async -> Double {
            let (end, before) = (now + seconds, answered)
            var steps = 0
            while now < end {
                steps += 1
                // Others have tests to run as well.
                if steps.isMultiple(of: 50) { await Task.yield() }
                while underWay.count < min(limit.permitted, wanted), !limit.isHeld(at: now) { begin() }
                guard let next = underWay.indices.min(by: { underWay[$0].end < underWay[$1].end }) else {
                    now += 0.01
                    continue
                }
                let (call, due, ending) = underWay.remove(at: next)
                now = max(now, due)
                if case .turnedAway = ending { refused += 1 } else { answered += 1 }
                limit.end(call, ending, at: now)
            }
            return Double(answered - before) / seconds
        }

        private mutating func begin() {
            let call = limit.begin("GET", at: now)
            let working = underWay.count { if case .answered = $0.ending { true } else { false } }
            largest = max(largest, underWay.count + 1)
            // No two take exactly as long.
            let spread = 0.9 + 0.2 * Double((answered * 7 + refused * 3 + underWay.count) % 11) / 10
            if working >= capacity {
                underWay.append((call, now + 0.005 * spread, .turnedAway(retryAfter: retryAfter)))
            } else {
                let slower = speed.map { max(1, Double(working + 1) / Double($0)) } ?? 1
                underWay.append((call, now + latency * slower * spread, .answered))
            }
        }
    }

    @Test(arguments: [1, 2, 3, 8, 21, 55, 100], [nil, 1.0])
    func `Throughput stays near the best that a system with room for N allows`(capacity: Int, retryAfter: Double?) async
    {
        var system = Simulation(capacity: capacity)
        system.retryAfter = retryAfter
        _ = await system.run(seconds: 10)
        let (refused, answered) = (system.refused, system.answered)
        let rate = await system.run(seconds: 30)
        let best = Double(min(capacity, 64)) / system.latency
        #expect(rate > 0.85 * best, "\(rate) of \(best)")
        let part = Double(system.refused - refused) / Double(system.answered - answered)
        #expect(part < 0.08, "\(part) of the calls were refused")
        #expect(system.largest <= 64)
    }

    @Test func `It finds more room where there is more, and less where there is less`() async {
        var system = Simulation(capacity: 4)
        _ = await system.run(seconds: 30)
        #expect((3...5).contains(system.limit.permitted))
        system.capacity = 40
        _ = await system.run(seconds: 60)
        #expect((30...41).contains(system.limit.permitted), "\(system.limit.permitted)")
        system.capacity = 6
        _ = await system.run(seconds: 5)
        #expect((4...7).contains(system.limit.permitted), "\(system.limit.permitted)")
    }

    @Test func `Latency far above its baseline lowers it, a little above doesn't`() async {
        var system = Simulation(capacity: .max, speed: 64)
        _ = await system.run(seconds: 30)
        #expect(system.limit.permitted == 64)
        system.speed = 40
        _ = await system.run(seconds: 10)
        #expect(system.limit.permitted == 64, "half as slow again is no reason")
        system.speed = 8
        _ = await system.run(seconds: 10)
        #expect(system.limit.permitted < 38, "\(system.limit.permitted)")
        system.speed = 64
        _ = await system.run(seconds: 30)
        #expect(system.limit.permitted == 64)
    }

    @Test func `What stays slow for good becomes usual`() async {
        var system = Simulation(capacity: .max, speed: 64)
        _ = await system.run(seconds: 30)
        system.latency = 1
        _ = await system.run(seconds: 20)
        #expect(system.limit.permitted < 64)
        _ = await system.run(seconds: 300)
        #expect(system.limit.permitted == 64, "\(system.limit.permitted)")
    }

    @Test func `A time-out halves it, once a round, and never below one`() {
        var limit = ConcurrencyLimit(maximum: 64)
        let calls = (0..<16).map { limit.begin("GET", at: Double($0) / 100) }
        for call in calls { limit.end(call, .timedOut, at: 30) }
        #expect(limit.permitted == 8)
        for round in 0..<10 {
            let start = 100.0 * Double(round + 1)
            let calls = (0..<limit.permitted).map { _ in limit.begin("GET", at: start) }
            for call in calls { limit.end(call, .timedOut, at: start + 30) }
            #expect(limit.permitted >= 1)
        }
        #expect(limit.permitted == 1)
        #expect(limit.underWay == 0)
    }

    @Test func `A limit that isn't filled is not raised, and where few calls were too many it follows them`() {
        var limit = ConcurrencyLimit(maximum: 64)
        let few = (0..<4).map { _ in limit.begin("GET", at: -2) }
        for call in few { limit.end(call, .turnedAway(retryAfter: nil), at: -1) }
        #expect(limit.permitted == 3)
        for number in 0..<1000 {
            let call = limit.begin("GET", at: Double(number))
            limit.end(call, .answered, at: Double(number) + 0.1)
        }
        #expect(limit.permitted == 3)
        let calls = (0..<2).map { _ in limit.begin("GET", at: 2000) }
        for call in calls { limit.end(call, .turnedAway(retryAfter: nil), at: 2001) }
        #expect(limit.permitted == 1)
    }

    @Test func `A failure that tells nothing of the system's room changes nothing`() {
        var limit = ConcurrencyLimit(maximum: 64)
        for number in 0..<200 {
            let calls = (0..<16).map { _ in limit.begin("GET", at: Double(number)) }
            for call in calls { limit.end(call, .untold, at: Double(number) + 0.9) }
        }
        #expect(limit.permitted == 64)
    }

    @Test func `A Retry-After holds back everybody, but only a little`() {
        for (wish, hold) in [(nil, 0.0), (1.0, 0.1), (10, 1), (3600, 2)] as [(Double?, Double)] {
            var limit = ConcurrencyLimit(maximum: 64)
            limit.end(limit.begin("GET", at: 0), .turnedAway(retryAfter: wish), at: 1)
            #expect(hold == 0 || limit.isHeld(at: 1 + hold - 0.01))
            #expect(!limit.isHeld(at: 1 + hold + 0.01))
        }
    }

    @Test func `Whatever happens, it stays between one and the maximum`() {
        var seed: UInt64 = 42
        func random(_ limit: UInt64) -> UInt64 {
            seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (seed >> 33) % limit
        }
        var violations = 0
        for maximum in [1, 2, 64] {
            var limit = ConcurrencyLimit(maximum: maximum)
            var calls: [ConcurrencyLimit.Call] = []
            var now = 0.0
            for _ in 0..<5000 {
                now += Double(random(1000)) / 1000
                if calls.isEmpty || (calls.count < limit.permitted && random(2) == 0) {
                    calls.append(limit.begin("\(random(3))", at: now))
                } else {
                    let call = calls.remove(at: Int(random(UInt64(calls.count))))
                    let endings: [ConcurrencyLimit.Ending] = [
                        .answered, .answered, .answered, .turnedAway(retryAfter: 1), .timedOut, .untold,
                    ]
                    limit.end(call, endings[Int(random(6))], at: now)
                }
                let isRight = (1...maximum).contains(limit.permitted) && limit.underWay == calls.count
                violations += isRight ? 0 : 1
            }
        }
        #expect(violations == 0)
    }
}
