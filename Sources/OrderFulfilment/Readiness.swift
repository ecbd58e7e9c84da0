public import AMQP
import SubscriptionLifecycle

/// Whether the worker can do its work, truthfully, and if not, why (invariant 10).
public struct Readiness: Hashable, Sendable {
    /// One queue that the worker consumes.
    public struct Queue: Hashable, Sendable {
        /// Its name.
        public var name: QueueName
        /// Whether a consumer is registered in the current epoch.
        public var isConsuming: Bool
    }

    /// Each consumed queue.
    public var queues: [Queue]
    /// The consuming connection.
    public var consumer: ConsumerStatus
    /// The publishing connection.
    public var publisher: PublisherStatus
    /// What differs in the broker's topology beyond what the connections notice; `nil` when nothing does.
    public var topologyTrouble: String?
    /// Why the ledger doesn't answer; `nil` when it does.
    public var ledgerTrouble: String?
    /// Why nothing more is taken in: the ledger keeps as many waiting commands as it may; `nil` when there is room.
    public var parkedTrouble: String? = nil
    /// Whether orders wait because EMS fails for everyone.
    public var isEMSFailing: Bool
    /// How EMS is made use of.
    public var ems = EMSUse()
    /// Operations whose commands an operator lets wait.
    public var pauses: [Pause] = []
    /// Deliveries that wait for it.
    public var heldByPause = 0
    /// Whether the worker shuts down.
    public var isDraining: Bool

    /// Seconds without a turn of an I/O loop after which it doesn't count as alive.
    public static let longestTurn = 10.0

    /// Whether every condition holds.
    ///
    /// A failing EMS and paused operations are told, but don't make the worker unready: commands wait safely.
    public var isReady: Bool {
        troubles.isEmpty
    }

    /// Whether what is in hand or waits could go on.
    var canServe: Bool { essentialTroubles.isEmpty }

    /// What is wrong, for a person.
    public var troubles: [String] { essentialTroubles + [parkedTrouble].compactMap(\.self) }

    private var essentialTroubles: [String] {
        var troubles = queues.filter { !$0.isConsuming }.map { "no consumer on \($0.name)" }
        if consumer.secondsSinceLastTurn > Self.longestTurn {
            troubles.append("the consuming connection's loop stands still")
        }
        if let trouble = consumer.trouble { troubles.append("consuming: \(trouble)") }
        if publisher.secondsSinceLastTurn > Self.longestTurn {
            troubles.append("the publishing connection's loop stands still")
        }
        if !publisher.canConfirm {
            troubles.append("publishing: \(publisher.trouble ?? publisher.blocked ?? "not connected")")
        }
        if let topologyTrouble { troubles.append(topologyTrouble) }
        if let ledgerTrouble { troubles.append("the ledger: \(ledgerTrouble)") }
        if isDraining { troubles.append("shutting down") }
        return troubles
    }
}

/// How many calls EMS takes at the same time, and how many there are.
public struct EMSUse: Hashable, Sendable {
    /// Calls that may be under way at once, as it is learnt from how EMS answers.
    public var limit = 0
    /// Calls under way.
    public var underWay = 0
    /// Orders that wait because of the limit.
    public var waiting = 0
}

extension OrderConsumer {
    /// Seconds without a turn of an I/O loop after which the process should be restarted: longer than connecting and
    /// declaring may take while a broker elects its leaders.
    private static let longestStandstill = 120.0

    /// Whether the process should be left running: its I/O loops turn.
    ///
    /// Asks nobody, so it can't hang.
    public var isAlive: Bool {
        source.status.secondsSinceLastTurn <= Self.longestStandstill
            && line.publisher.status.secondsSinceLastTurn <= Self.longestStandstill
    }

    /// What is true now.
    public func readiness() async -> Readiness {
        let consumer = source.status
        var ledgerTrouble: String?
        do { try await line.ledger.proveWritable() } catch { ledgerTrouble = "\(error)" }
        return Readiness(
            queues: line.topology.consumedQueues.map { .init(name: $0, isConsuming: consumer.consuming.contains($0)) },
            consumer: consumer,
            publisher: line.publisher.status,
            topologyTrouble: topologyTrouble(),
            ledgerTrouble: ledgerTrouble,
            parkedTrouble: line.parked.trouble,
            isEMSFailing: !line.gate.isClosed,
            ems: EMSUse(
                limit: line.capacity.permitted,
                underWay: line.capacity.underWay,
                waiting: line.gate.waitingCount
            ),
            pauses: line.pauses.all,
            heldByPause: line.waitingRoom.pausedCount,
            isDraining: line.drain.hasBegun
        )
    }

    /// How many commands are where, for the metrics.
    public func ledgerStatistics() async -> LedgerStatistics? { try? await line.ledger.statistics() }
}
