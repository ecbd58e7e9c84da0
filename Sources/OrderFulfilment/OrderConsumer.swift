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
    let topologyTrouble: @Sendable () -> String?

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
        capacity: EMSCapacity? = nil,
        declareTopology: @escaping @Sendable () async -> Void = {},
        topologyTrouble: @escaping @Sendable () -> String? = { nil },
        logger: Logger
    ) {
        let counters = LineCounters()
        let capacity = capacity ?? EMSCapacity(maximum: settings.concurrency, uptime: timekeeper.uptime)
        self.counters = counters
        self.source = source
        self.topologyTrouble = topologyTrouble
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
            capacity: capacity,
            gate: EMSGate(capacity: capacity, timekeeper: timekeeper, drain: drain),
            inHand: InHand(),
            wakeSignal: WakeSignal(),
            readySince: ReadySince(timekeeper.now()),
            waitingRoom: WaitingRoom(longestWait: settings.longestHold),
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
            // Nothing that is paused is begun, from the first delivery on.
            await PauseKeeper(line: line).look()
            await withDiscardingTaskGroup { background in
                background.addTask { await PauseKeeper(line: self.line).run() }
                background.addTask { await OutboxRelay(line: self.line).run() }
                background.addTask { await self.line.gate.keep() }
                background.addTask { await CustodyKeeper(line: self.line, source: source).run() }
                background.addTask { await ParkedKeeper(line: self.line).run() }
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
        let followsCrash = await line.ledger.followsCrash
        await withDiscardingTaskGroup { group in
            group.addTask { await self.receive() }
            let order = ClaimOrder()
            var firstEpoch: UInt64?
            for await delivery in line.waitingRoom.admitted {
                // It waited longer than its connection lived: the broker delivers it again.
                guard delivery.id.epoch >= source.status.epoch else {
                    line.counters.settled(.abandoned)
                    line.custody.end(delivery.id)
                    continue
                }
                firstEpoch = firstEpoch ?? delivery.id.epoch
                // What the worker before had in hand when it died; a later connection that was cut says nothing.
                let isOfCrash = followsCrash && delivery.isRedelivered && delivery.id.epoch == firstEpoch
                let isSuspect = isOfCrash || (line.ledger.isShared && delivery.hasComeBackOften)
                // In the order of the deliveries: one that may not run yet must not be waited for by one that does.
                if isSuspect { await line.solitude.enterAlone() } else { await line.solitude.enter() }
                let place = order.place(in: delivery.queue)
                group.addTask {
                    await runner.handle(delivery, place, isSuspect: isSuspect)
                    self.line.solitude.leave()
                }
            }
        }
    }

    private func receive() async {
        for await delivery in source.deliveries {
            line.counters.received()
            line.custody.take(delivery.id, now: line.timekeeper.uptime())
            if !line.waitingRoom.take(delivery, now: line.timekeeper.uptime()) { giveBack(delivery) }
        }
        // However the deliveries ended (a cancellation is no graceful shutdown), what is held must not wait on, and
        // the other loops end too.
        line.drain.begin()
        line.wakeSignal.signal()
        for delivery in line.waitingRoom.close() { giveBack(delivery) }
    }

    /// Of what was cancelled before anybody could take it.
    private func giveBack(_ delivery: Delivery) {
        line.counters.settled(.givenBack)
        line.custody.end(delivery.id)
        source.settle(delivery.id, .requeue)
    }

    private func shutDown() {
        line.logger.info("shutting down: what was begun is finished, the rest goes back")
        line.drain.begin()
        line.wakeSignal.signal()
        let (source, line) = (source, line)
        Task {
            await source.stop()
            // A shutdown that is ended hard is nobody's strike.
            await line.solitude.current?.forgive()
        }
    }

    /// Whether premature commands could have gone on: a worker that is cut off must not use up their patience, nor must a
    /// pause, which may keep what they wait for.
    ///
    /// A full ledger uses it up: what they wait for can't come in, and without an end of their wait nothing ever could.
    private var canGoOn: Bool {
        get async { await readiness().canServe && line.gate.isClosed && line.pauses.all.isEmpty }
    }
}
