import AMQP
import Logging
import OrderMessages
import SubscriptionLifecycle

/// All that the stages of the line work with.
///
/// The stages are its extensions, one file each, under `Stages/`.
struct Line: Sendable {
    let topology: OrderTopology
    let translator: Translator
    let ledger: any Ledger
    let gateway: any EntitlementGateway
    let publisher: any Publisher
    let lifecycle: Lifecycle
    let policy: DispositionPolicy
    let timekeeper: Timekeeper
    let drain: Drain
    let capacity: EMSCapacity
    let gate: EMSGate
    let custody = Custody()
    let inHand: InHand
    let wakeSignal: WakeSignal
    let readySince: ReadySince
    let solitude = Solitude()
    let pauses = PauseBoard()
    let waitingRoom: WaitingRoom
    let parked = ParkedBoard()
    let counters: LineCounters
    let settings: LineSettings
    /// Brings back what somebody has deleted from the broker.
    let declareTopology: @Sendable () async -> Void
    let logger: Logger
}

/// What an operator may set about the line.
public struct LineSettings: Hashable, Sendable {
    /// Seconds that a publish waits for its confirm before the outbox relay takes it over.
    public var confirmTimeout: Double
    /// Names this worker in dead letters.
    public var workerName: String
    /// Commands woken from the ledger at the same time.
    public var concurrency: Int
    /// Seconds after which the broker closes the channel of a consumer that doesn't settle a delivery.
    public var consumerTimeout: Double
    /// What the ledger may keep of commands that wait.
    public var parkedBound: ParkedBound

    /// The contract's defaults unless given.
    public init(
        confirmTimeout: Double = 15,
        workerName: String,
        concurrency: Int = 64,
        consumerTimeout: Double = 1800,
        parkedBound: ParkedBound = ParkedBound()
    ) {
        self.confirmTimeout = confirmTimeout
        self.workerName = workerName
        self.concurrency = concurrency
        self.consumerTimeout = consumerTimeout
        self.parkedBound = parkedBound
    }

    /// The longest that a delivery is kept in hand to wait for something, in seconds.
    ///
    /// What then begins with it still ends, as a rule, before ``renewalAge``.
    var longestHold: Double { consumerTimeout / 3 }

    /// How long a sync may take, in seconds: one that takes longer would be given back, and begin again for ever.
    var longestSync: Double { consumerTimeout * 0.4 }

    /// The age at which a delivery is given back whatever it waits for, in seconds: before half of the broker's time.
    var renewalAge: Double { consumerTimeout * 0.45 }
}
