import Testing

@testable import OrderWorker

@Suite struct AnswerPatienceTests {
    private static let quiet = AnswerPatience.quiet

    /// Whether waiting is over, each time the subscriber was asked.
    private func over(_ asked: [(after: Duration, answer: String)], conforms: Bool) -> [Bool] {
        let start = ContinuousClock.now
        var patience = AnswerPatience()
        return asked.map { after, applied in
            let answer = SubscriberAnswer(Array(#"{"applied":"\#(applied)"}"#.utf8))
            return patience.isOver(answer, conforms: conforms, now: start + after)
        }
    }

    @Test func `What conforms is believed when it is said twice`() {
        #expect(over([(.zero, "a"), (.zero, "b"), (.zero, "b")], conforms: true) == [false, false, true])
    }

    @Test func `Who has lost a connection may come back before anything is held against it`() {
        let almost = Self.quiet - .milliseconds(1)
        #expect(over([(.zero, "a"), (almost, "a"), (Self.quiet, "a")], conforms: false) == [false, false, true])
        #expect(over([(.zero, "a"), (almost, "b"), (Self.quiet, "b")], conforms: false) == [false, false, false])
    }
}
