import AMQP
import Testing

@Suite struct BackoffTests {
    let backoff = Backoff(initial: .milliseconds(100), ceiling: .seconds(1), factor: 2, spread: 0.5)

    @Test(arguments: zip([0, 1, 2, 3, 4, 5, 1_000_000], [0, 100, 200, 400, 800, 1_000, 1_000]))
    func `waits grow to the ceiling and stay there`(failures: Int, milliseconds: Int) {
        #expect(backoff.delay(afterFailures: failures, jitter: 0) == .milliseconds(milliseconds))
    }

    @Test func `jitter takes away at most the spread`() {
        #expect(backoff.delay(afterFailures: 2, jitter: 1) == .milliseconds(100))
        #expect(backoff.delay(afterFailures: 2, jitter: 0.5) == .milliseconds(150))
    }

    @Test(arguments: [-1, 2, Double.nan, .infinity])
    func `a jitter out of range can't make a wait negative or longer`(jitter: Double) {
        let delay = backoff.delay(afterFailures: 2, jitter: jitter)
        #expect(delay >= .milliseconds(100) && delay <= .milliseconds(200))
    }

    @Test func `a factor below one does not shrink waits`() {
        let flat = Backoff(initial: .seconds(1), ceiling: .seconds(8), factor: 0, spread: 7)
        #expect(flat.delay(afterFailures: 9, jitter: 0) == .seconds(1))
        #expect(flat.delay(afterFailures: 9, jitter: 1) == .zero)
    }
}
