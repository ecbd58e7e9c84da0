import AMQP
import RabbitMQ

/// Exchanges and queues that are made for a run and taken away after it: these and no others.
struct BorrowedTopology {
    /// The broker lets this user do less than the run needs.
    struct Refused: Error, CustomStringConvertible {
        var description: String
    }

    private(set) var made: Topology
    private let administration: RabbitMQAdministration

    /// Declares what is wanted, of which nobody had made the exchanges before; whatever it fails on, what it made until then
    /// goes away again.
    static func make(_ wanted: Topology, _ administration: RabbitMQAdministration) async throws -> BorrowedTopology {
        var borrowed = BorrowedTopology(
            made: Topology(exchanges: wanted.exchanges, queues: wanted.queues),
            administration: administration
        )
        let warnings: [TopologyWarning]
        do throws(BrokerFailure) {
            warnings = try await administration.declare(wanted)
        } catch {
            if case .topology(let differences) = error {
                // What the broker refused is not this run's: somebody else made it in the meantime.
                let others = Set(differences.map(\.subject))
                borrowed.made.exchanges.removeAll { others.contains(.exchange($0.name)) }
                borrowed.made.queues.removeAll { others.contains(.queue($0.name)) }
            }
            await borrowed.giveBack()
            throw error
        }
        guard let warning = warnings.first else { return borrowed }
        await borrowed.giveBack()
        throw Refused(description: "\(warning)")
    }

    /// Whether there is an exchange of that name, of whatever type.
    static func exists(_ name: ExchangeName, _ administration: RabbitMQAdministration) async throws -> Bool {
        let report = try await administration.compare(Topology(exchanges: [.init(name, .direct)]), passively: true)
        return !report.differences.contains { $0.kind == .missing }
    }

    /// Takes away what was made; an exchange that others have bound queues to stays, and with it its alternate.
    ///
    /// Answers with what stays.
    @discardableResult
    func giveBack() async -> [ExchangeName] {
        for queue in made.queues { try? await administration.delete(queue: queue.name) }
        var kept: [ExchangeName] = []
        for exchange in made.exchanges.reversed() {
            let isNeeded = made.exchanges.contains { kept.contains($0.name) && $0.alternate == exchange.name }
            do throws(BrokerFailure) {
                if isNeeded {
                    kept.append(exchange.name)
                } else {
                    try await administration.delete(exchange: exchange.name, ifUnused: true)
                }
            } catch {
                kept.append(exchange.name)
            }
        }
        return kept
    }
}
