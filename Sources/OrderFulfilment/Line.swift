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
    let gate: EMSGate
    let inHand: InHand
    let wakeSignal: WakeSignal
    let readySince: ReadySince
    let solitude = Solitude()
    let pauses = PauseBoard()
    let waitingRoom = WaitingRoom()
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

    /// The contract's defaults unless given.
    public init(confirmTimeout: Double = 15, workerName: String, concurrency: Int = 64) {
        self.confirmTimeout = confirmTimeout
        self.workerName = workerName
        self.concurrency = concurrency
    }
}
