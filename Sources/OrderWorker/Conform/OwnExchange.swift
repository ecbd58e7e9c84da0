import AMQP
import RabbitMQ

/// The exchange that a subscriber is fed through when none is named. Several runs may share it.
actor OwnExchange {
    private let name: ExchangeName
    private let administration: RabbitMQAdministration
    /// What this run made; `nil` while it only uses what somebody else made.
    private var made: BorrowedTopology?

    init(name: ExchangeName, administration: RabbitMQAdministration) {
        (self.name, self.administration) = (name, administration)
    }

    /// Makes it where it isn't there; what is there must be of the same type.
    func make() async throws {
        let topology = Topology(exchanges: [.init(name, .topic)])
        if try await BorrowedTopology.exists(name, administration) {
            try await administration.declare(topology)
            return
        }
        do {
            made = try await BorrowedTopology.make(topology, administration)
        } catch let refused as BorrowedTopology.Refused {
            throw CommandFailure(description: "the exchange \(name) can't be made: \(refused.description)")
        }
    }

    /// Takes away what this run made, unless queues are bound to it: a subscriber's, perhaps of another run.
    func giveBack() async {
        guard let made, await !made.giveBack().isEmpty else { return }
        Output.note("the exchange \(name) stays: a queue is bound to it")
    }
}
