/// Whether a subscriber has said all that it has to say.
struct AnswerPatience {
    /// How long an answer that doesn't conform must stay the same.
    ///
    /// A subscriber that lost its connection takes a moment to come back, and what it had not acknowledged comes again, the
    /// last event perhaps before others.
    static let quiet = Duration.seconds(10)

    private var said: (answer: SubscriberAnswer, since: ContinuousClock.Instant)?

    /// Takes what it says now: what conforms is believed when it is said twice, anything else when it has stayed.
    mutating func isOver(_ answer: SubscriberAnswer, conforms: Bool, now: ContinuousClock.Instant) -> Bool {
        guard let said, said.answer == answer else {
            said = (answer, now)
            return false
        }
        return conforms || now - said.since >= Self.quiet
    }
}
