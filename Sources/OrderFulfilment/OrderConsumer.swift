public import AMQP
public import Logging
public import OrderMessages
public import ServiceLifecycle
public import SubscriptionLifecycle

/// The worker as a service: takes deliveries from the broker and woken commands from the ledger down the line.
///
/// Graceful shutdown is the line run dry: the consumers are cancelled, what was not begun goes back to its queue, what
/// was begun is finished, confirmed and acknowledged; then connections and ledger are closed.
public final class OrderConsumer: Service {
    /// The conservation law, counted.
    public let counters: LineCounters
    let line: Line
    let source: any DeliverySource

    /// Connects the line's ports.
    ///
    /// Nothing runs before `run()`.
    public init(
        source: any DeliverySource,
        publisher: any Publisher,
        ledger: any Ledger,
        gateway: any EntitlementGateway,
        lifecycle: Lifecycle,
        topology: OrderTopology,
        translator: Translator,
        settings: LineSettings,
        retrySchedule: RetrySchedule = RetrySchedule(),
        predecessorWait: Double,
        timekeeper: Timekeeper,
        drain: Drain = Drain(),
        declareTopology: @escaping @Sendable () async -> Void = {},
        logger: Logger
    ) {
        let counters = LineCounters()
        self.counters = counters
        self.source = source
        line = Line(
            topology: topology,
            translator: translator,
            ledger: ledger,
            gateway: gateway,
            publisher: publisher,
            lifecycle: lifecycle,
            policy: DispositionPolicy(schedule: retrySchedule, predecessorWait: predecessorWait),
            timekeeper: timekeeper,
            drain: drain,
            gate: EMSGate(timekeeper: timekeeper, drain: drain),
            inHand: InHand(),
            wakeSignal: WakeSignal(),
            readySince: ReadySince(timekeeper.now()),
            counters: counters,
            settings: settings,
            declareTopology: declareTopology,
            logger: logger
        )
    }

    /// Runs until graceful shutdown, and then until the line has run dry.
    public func run() async {
        await withGracefulShutdownHandler {
            let source = source
            let runner = LineRunner(
                line: line,
                currentEpoch: { source.status.epoch },
                settle: { source.settle($0, $1) }
            )
            await withDiscardingTaskGroup { background in
                background.addTask { await OutboxRelay(line: self.line).run() }
                background.addTask {
                    // What another worker has finished may be what a command waits for.
                    for await _ in self.line.ledger.wakeUps { self.line.wakeSignal.signal() }
                }
                background.addTask { await PatienceKeeper(line: self.line, isReady: { await self.canGoOn }).run() }
                await withDiscardingTaskGroup { foreground in
                    foreground.addTask { await self.consume(runner) }
                    foreground.addTask { await Waker(line: self.line, runner: runner).run() }
                }
                background.cancelAll()
            }
        } onGracefulShutdown: {
            self.shutDown()
        }
        await source.close()
        await line.publisher.close()
        await line.ledger.close()
    }

    private func consume(_ runner: LineRunner) async {
        await withTaskCancellationHandler {
            await takeDeliveries(runner)
        } onCancel: {
            // Cancelled without a signal (another service failed): nothing must go on as if there were time.
            line.drain.begin()
            line.wakeSignal.signal()
        }
    }

    private func takeDeliveries(_ runner: LineRunner) async {
        await withDiscardingTaskGroup { group in
            let order = ClaimOrder()
            for await delivery in source.deliveries {
                line.counters.received()
                let place = order.place(in: delivery.queue)
                group.addTask { await runner.handle(delivery, place) }
            }
            // However the deliveries ended (a cancellation is no graceful shutdown), what is held must not wait on, and
            // the other loops end too.
            line.drain.begin()
            line.wakeSignal.signal()
        }
    }

    private func shutDown() {
        line.logger.info("shutting down: what was begun is finished, the rest goes back")
        line.drain.begin()
        line.wakeSignal.signal()
        let source = source
        Task { await source.stop() }
    }

    /// Whether premature commands could have gone on: a worker that is cut off must not use up their patience.
    private var canGoOn: Bool {
        get async { await readiness().isReady && line.gate.isClosed }
    }
}
