import AMQP
import Glibc
import Logging

/// The loop of the thread that owns one connection: connect, serve, come back after a loss, end.
struct ConnectionOwner<Role: ConnectionRole> {
    private let configuration: RabbitMQConfiguration
    private let mailbox: Mailbox<Role.Command>
    private let logger: Logger
    private let connect: ConnectionAttempt.Connect
    private var role: Role
    private var lifecycle: ConnectionLifecycle
    /// Emptied and filled in turn with the mailbox, so that neither allocates.
    private var commands: [Role.Command] = []
    private var heartbeats = Heartbeats(interval: .zero, now: .now)
    /// One that is still under way, perhaps since an earlier turn of the lifecycle.
    private var attempt: ConnectionAttempt?

    /// Frames taken before anything is written again.
    private static var framesPerTurn: Int { 256 }

    init(
        configuration: RabbitMQConfiguration,
        mailbox: Mailbox<Role.Command>,
        logger: Logger,
        role: Role,
        connect: @escaping ConnectionAttempt.Connect = { configuration throws(BrokerFailure) in
            try BrokerConnection(configuration)
        }
    ) {
        self.configuration = configuration
        self.mailbox = mailbox
        self.logger = logger
        self.role = role
        self.connect = connect
        lifecycle = ConnectionLifecycle(backoff: configuration.backoff)
    }

    /// Returns when the connection has ended for good.
    mutating func run() {
        var action = lifecycle.handle(.due)
        while true {
            switch action {
            case .connect(let epoch):
                action = connectAndServe(epoch: epoch)
            case .retry(let wait):
                action = self.wait(wait)
            case .finish:
                attempt?.abandon()
                for command in mailbox.close() { role.take(command) }
                role.finish()
                return
            case .serve, .drain, .ignore:
                // Answered where the event was raised, while a connection was there.
                action = lifecycle.handle(.endRequested)
            }
        }
    }

    private mutating func connectAndServe(epoch: UInt64) -> ConnectionLifecycle.Action {
        var start = ContinuousClock.now
        do throws(BrokerFailure) {
            guard let connection = try connected() else { return lifecycle.handle(.endRequested) }
            start = .now
            do throws(BrokerFailure) {
                connection.callGuard.arm(for: configuration.callTimeout)
                try role.establish(on: connection, epoch: epoch)
                _ = lifecycle.handle(.opened)
                report(connection.tlsSession, epoch: epoch)
                let deadline = try serve(connection)
                let rest = ContinuousClock.now.duration(to: deadline)
                connection.close(within: max(rest, BrokerConnection.courtesy))
            } catch {
                throw connection.ended(by: error)
            }
            return lifecycle.handle(.drained)
        } catch {
            role.lost(error)
            let action = lifecycle.handle(.lost(openFor: .now - start, jitter: .random(in: 0...1)))
            logger.warning(
                "no connection to RabbitMQ",
                metadata: ["reason": "\(error)", "failures": "\(lifecycle.failures)", "next": "\(action)"]
            )
            return action
        }
    }

    private func report(_ session: TLSSession?, epoch: UInt64) {
        var metadata: Logger.Metadata = ["address": "\(configuration.address)", "epoch": "\(epoch)"]
        if let session {
            CertificateMeters.show(session)
            metadata["tls"] = "\(session)"
        }
        logger.info("connected to RabbitMQ", metadata: metadata)
    }

    /// The next connection, or `nil` when the end was asked for before it stood.
    private mutating func connected() throws(BrokerFailure) -> BrokerConnection? {
        let attempt =
            self.attempt
            ?? ConnectionAttempt(configuration, wakeUp: mailbox.wakeUp, connect: connect, prepare: preparation)
        self.attempt = attempt
        let deadline = ContinuousClock.now + ConnectionAttempt.patience(configuration)
        while true {
            let now = ContinuousClock.now
            takeCommands(now: now)
            do throws(BrokerFailure) {
                if let connection = try attempt.take() {
                    self.attempt = nil
                    return connection
                }
            } catch {
                self.attempt = nil
                throw error
            }
            if role.endRequested {
                attempt.abandon()
                self.attempt = nil
                return nil
            }
            guard attempt.isLoggedIn || now < deadline else { throw ConnectionAttempt.outOfPatience(configuration) }
            sleep(on: -1, forWriting: false, until: nil)
        }
    }

    /// What an attempt does with a connection before its owner has it: all that waits for the broker's answers.
    private var preparation: ConnectionAttempt.Prepare {
        let (configuration, prepare) = (configuration, role.preparation)
        return { connection throws(BrokerFailure) in
            // Each call is bounded by the library's own time-out; the guard covers what that does not.
            connection.callGuard.arm(for: configuration.rpcTimeout * 4 + configuration.callTimeout)
            defer { connection.callGuard.disarm() }
            try connection.openChannel()
            try prepare(connection)
        }
    }

    /// Returns when the connection is drained, or the time for it is over, with the deadline for its close.
    private mutating func serve(
        _ connection: borrowing BrokerConnection
    ) throws(BrokerFailure) -> ContinuousClock.Instant {
        var drainDeadline: ContinuousClock.Instant?
        heartbeats = Heartbeats(interval: connection.heartbeat, now: .now)
        while true {
            let now = ContinuousClock.now
            role.turned(now: now)
            connection.callGuard.arm(for: configuration.callTimeout)
            takeCommands()
            if role.endRequested, lifecycle.handle(.endRequested) == .drain {
                try role.drain(on: connection)
                drainDeadline = now + configuration.closeTimeout
            }
            let mayReadMore = try read(connection, now: now)
            // Last, so that nothing that reading has brought about waits through a sleep.
            let mayWriteMore = try role.write(to: connection)
            try send(connection, now: now)
            try role.checkDeadlines(now: now)
            if let drainDeadline, role.isDrained && connection.unsentBytes == 0 || now >= drainDeadline {
                return drainDeadline
            }
            let isBusy = mayWriteMore || mayReadMore || connection.hasBufferedInput()
            connection.callGuard.disarm()
            if !isBusy {
                let bytesWait = connection.unsentBytes > 0
                sleep(
                    on: connection.descriptor,
                    forWriting: bytesWait,
                    until: [drainDeadline, heartbeats.nextDeadline(whileBytesWait: bytesWait)].compactMap { $0 }.min()
                )
            }
        }
    }

    private mutating func takeCommands() {
        mailbox.drain(into: &commands)
        for command in commands { role.take(command) }
        commands.removeAll(keepingCapacity: true)
    }

    private mutating func read(
        _ connection: borrowing BrokerConnection,
        now: ContinuousClock.Instant
    ) throws(BrokerFailure) -> Bool {
        // Asked before anything is read, and not while the loop sleeps: the library swallows heartbeats without a word, and
        // an idle machine's clocks can make every one of them come just after the sleep.
        if connection.isReadable() { heartbeats.received(now: now) }
        for _ in 0..<Self.framesPerTurn {
            guard let frame = try connection.nextFrame() else { return false }
            heartbeats.received(now: now)
            switch frame {
            case .connectionClosed(let code, let text):
                connection.sendConnectionCloseOK()
                throw .closedByBroker(code: code, text: text)
            case .channelClosed(let code, let text):
                // The whole connection is rebuilt: a half-alive one is how consumers get lost unnoticed.
                connection.sendChannelCloseOK()
                throw .refused(code: code, text: text)
            case .deliver, .returned, .header, .body, .acknowledge, .refuse, .consuming, .cancelled, .cancelledByBroker,
                .blocked, .unblocked, .other:
                try role.receive(frame, on: connection)
            }
        }
        return true
    }

    /// Sends what this turn has brought about, or shows the broker that somebody is here.
    private mutating func send(
        _ connection: borrowing BrokerConnection,
        now: ContinuousClock.Instant
    ) throws(BrokerFailure) {
        if heartbeats.isPeerSilent(now: now), !connection.isReadable() {
            throw .timedOut("no heartbeat within \(heartbeats.interval * 2)")
        }
        // Behind bytes that wait none is needed: they show as much when they leave.
        if heartbeats.isDue(now: now), connection.unsentBytes == 0 { connection.sendHeartbeat() }
        if try connection.flush(now: now, limit: role.isBlocked ? nil : configuration.callTimeout) {
            heartbeats.sent(now: now)
        }
    }

    /// Waits without a connection, but goes on taking commands and ending what has waited too long.
    private mutating func wait(_ duration: Duration) -> ConnectionLifecycle.Action {
        let end = ContinuousClock.now + duration
        while true {
            let now = ContinuousClock.now
            takeCommands(now: now)
            if role.endRequested { return lifecycle.handle(.endRequested) }
            if now >= end { return lifecycle.handle(.due) }
            sleep(on: -1, forWriting: false, until: end)
        }
    }

    /// A turn without a connection.
    private mutating func takeCommands(now: ContinuousClock.Instant) {
        role.turned(now: now)
        takeCommands()
        // Without a connection there is none to distrust.
        try? role.checkDeadlines(now: now)
    }

    /// Waits for the socket, the mailbox or the next deadline: at most a second, so that a stuck loop shows.
    private func sleep(on descriptor: Int32, forWriting: Bool, until other: ContinuousClock.Instant?) {
        let now = ContinuousClock.now
        var wait = min(Duration.seconds(1), max(configuration.heartbeat / 4, .milliseconds(50)))
        for deadline in [role.nextDeadline, other] {
            if let deadline { wait = min(wait, now.duration(to: deadline)) }
        }
        let (seconds, attoseconds) = wait.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        var descriptors = [
            pollfd(fd: mailbox.wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(forWriting ? POLLIN | POLLOUT : POLLIN), revents: 0),
        ]
        // Rounded up: a deadline that is a fraction away must not make the loop spin.
        let limit = mailbox.wakeUp.await() ? Int32(clamping: max(0, milliseconds + 1)) : 0
        poll(&descriptors, nfds_t(descriptors.count), limit)
        if descriptors[0].revents != 0 { mailbox.wakeUp.clear() }
    }
}
