import AMQP

/// A scenario, and how far a subscriber was fed with it.
struct FedScenario: Sendable {
    let scenario: SubscriberScenario
    /// The events that reached a queue, in order, repeats included.
    private(set) var delivered: [ScenarioEvent] = []
    /// The event that no queue took although one took such events before; nothing was published after it.
    private(set) var lost: ScenarioEvent?
    private var wanted: Set<RoutingKey> = []

    init(_ scenario: SubscriberScenario) { self.scenario = scenario }

    /// Notes what became of an event that was published under that key.
    ///
    /// What nobody ever bound a queue for is nobody's loss; but a queue that is gone is gone with all that it held.
    mutating func take(_ event: ScenarioEvent, underKey key: RoutingKey, isTaken: Bool) {
        if isTaken {
            wanted.insert(key)
            delivered.append(event)
        } else if wanted.contains(key) || event.id == scenario.last.eventID {
            lost = lost ?? event
        }
    }

    /// What an answer to it is worth.
    func grade(_ answer: SubscriberAnswer, queue: (messages: Int, consumers: Int)?) -> SubscriberGrade {
        SubscriberGrade(scenario: scenario, delivered: delivered, lost: lost, answer: answer, queue: queue)
    }
}
