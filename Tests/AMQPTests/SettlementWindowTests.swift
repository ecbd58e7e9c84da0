import AMQP
import Testing

@Suite struct SettlementWindowTests {
    private let start = ContinuousClock.now

    private func window(_ tags: ClosedRange<UInt64>) -> SettlementWindow {
        var window = SettlementWindow()
        for tag in tags { deliver(tag, to: &window) }
        return window
    }

    private func deliver(_ tag: UInt64, to window: inout SettlementWindow) {
        let isTaken = window.delivered(tag, at: start + .seconds(Int(clamping: tag % 1_000_000)))
        #expect(isTaken)
    }

    @Test func `the settled prefix goes with one multiple ack, the rest singly`() {
        var window = window(1...6)
        let (actions, unknown) = window.settle([1, 2, 3, 5].shuffled().map { ($0, .acknowledge) })
        #expect(actions == [.acknowledge(3, multiple: true), .acknowledge(5, multiple: false)])
        #expect(unknown == 0)
        #expect(window.count == 2)
    }

    @Test func `a multiple ack never takes along what is unsettled`() {
        var window = window(1...4)
        #expect(
            window.settle([(2, .acknowledge), (3, .acknowledge)]).actions == [
                .acknowledge(2, multiple: false), .acknowledge(3, multiple: false),
            ]
        )
        #expect(window.settle([(4, .acknowledge)]).actions == [.acknowledge(4, multiple: false)])
        #expect(window.settle([(1, .acknowledge)]).actions == [.acknowledge(1, multiple: false)])
        #expect(window.count == 0)
    }

    @Test func `what is requeued in the batch leaves before the multiple ack that passes over it`() {
        var window = window(1...3)
        let (actions, _) = window.settle([(1, .acknowledge), (2, .requeue), (3, .acknowledge)])
        #expect(actions == [.requeue(2), .acknowledge(3, multiple: true)])
    }

    @Test func `second settlements and unknown tags are counted and not sent`() {
        var window = window(1...2)
        let first = window.settle([(1, .acknowledge), (1, .requeue), (9, .acknowledge)])
        #expect(first.actions == [.acknowledge(1, multiple: false)])
        #expect(first.unknown == 2)
        #expect(window.settle([(1, .acknowledge)]).unknown == 1)
    }

    @Test(.timeLimit(.minutes(1))) func `a tag of any size costs no more than any other`() {
        var window = window(1...2)
        deliver(.max, to: &window)
        #expect(
            window.settle([(1, .acknowledge), (2, .acknowledge), (.max, .acknowledge)]).actions
                == [.acknowledge(.max, multiple: true)]
        )
        #expect(window.count == 0)
    }

    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func `a tag that does not grow is no delivery`(tag: UInt64) {
        var window = window(1...3)
        let isTaken = window.delivered(tag, at: start)
        #expect(!isTaken)
        #expect(window.count == 3)
        #expect(window.settle([(0, .acknowledge)]).unknown == 1)
    }

    @Test func `tags with gaps are settled as the broker counts them`() {
        var window = SettlementWindow()
        for tag in [2, 5, 6, 90] as [UInt64] { deliver(tag, to: &window) }
        #expect(window.settle([(5, .acknowledge)]).actions == [.acknowledge(5, multiple: false)])
        #expect(window.settle([(6, .acknowledge), (2, .acknowledge)]).actions == [.acknowledge(6, multiple: true)])
        #expect(window.settle([(90, .acknowledge)]).actions == [.acknowledge(90, multiple: false)])
    }

    @Test func `a delivery that is held for long does not slow down the others`() {
        var window = SettlementWindow()
        deliver(1, to: &window)
        for tag in 2...50_000 as ClosedRange<UInt64> {
            deliver(tag, to: &window)
            #expect(window.settle([(tag, .acknowledge)]).actions == [.acknowledge(tag, multiple: false)])
        }
        #expect(window.count == 1)
        #expect(Mirror(reflecting: window).children.allSatisfy { ($0.value as? [UInt64])?.count ?? 0 < 200 })
        #expect(window.settle([(1, .acknowledge)]).actions == [.acknowledge(1, multiple: false)])
    }

    @Test func `every delivery is settled exactly once, as the broker counts`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var window = window(1...30)
            var atBroker = Set((1...30).map(UInt64.init))
            var rest = Array(atBroker).shuffled(using: &generator)
            while !rest.isEmpty {
                let batch = rest.prefix(Int.random(in: 1...7, using: &generator))
                rest.removeFirst(batch.count)
                let requeued = Set(batch.filter { _ in Bool.random(using: &generator) })
                for action in window.settle(batch.map { ($0, requeued.contains($0) ? .requeue : .acknowledge) }).actions
                {
                    switch action {
                    case .requeue(let tag):
                        #expect(requeued.contains(tag) && atBroker.remove(tag) != nil)
                    case .acknowledge(let tag, multiple: false):
                        #expect(!requeued.contains(tag) && atBroker.remove(tag) != nil)
                    case .acknowledge(let tag, multiple: true):
                        let taken = atBroker.filter { $0 <= tag }
                        #expect(taken.isSubset(of: batch), "took \(taken) along")
                        atBroker.subtract(taken)
                    }
                }
                #expect(atBroker == Set(rest))
            }
        }
    }
}
