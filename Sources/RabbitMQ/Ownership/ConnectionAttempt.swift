import AMQP
import Glibc
import Synchronization

/// An attempt to connect, on a thread of its own: the owner waits for it as it waits for everything else, and may walk
/// away.
///
/// It is there because of the lookup of the host's name, which the operating system neither bounds nor lets anybody
/// interrupt: glibc asks each name server for five seconds, several times over. All that follows has deadlines of its
/// own. An owner that has lost its patience takes the same attempt up again instead of beginning a second one, so one
/// connection never has more than one such thread.
final class ConnectionAttempt: Sendable {
    typealias Connect = @Sendable (RabbitMQConfiguration) throws(BrokerFailure) -> BrokerConnection
    typealias Prepare = @Sendable (borrowing BrokerConnection) throws(BrokerFailure) -> Void

    private struct State: ~Copyable {
        var handover: Handover?
        var failure: BrokerFailure?
        /// The peer speaks AMQP; from here on every call is bounded.
        var isLoggedIn = false
        var isAbandoned = false
    }

    /// A connection on its way from the thread that made it to its owner.
    ///
    /// Unchecked because the compiler can't follow a non-copyable value through a lock. It holds because the value is
    /// moved: whoever takes it out is the only one who has it, and the library keeps nothing for the thread.
    private struct Handover: ~Copyable, @unchecked Sendable {
        let connection: BrokerConnection

        consuming func unpacked() -> BrokerConnection { connection }
    }

    private let state = Mutex(State())

    /// Begins at once; signals `wakeUp` when it is over.
    init(
        _ configuration: RabbitMQConfiguration,
        wakeUp: WakeUp,
        connect: @escaping Connect,
        prepare: @escaping Prepare
    ) {
        let hasStarted = OwnerThread.startIfPossible(name: "amqp-connect") { [self] in
            run(configuration, connect, prepare)
            wakeUp.signal()
        }
        guard !hasStarted else { return }
        state.withLock { $0.failure = .lost("the operating system has no thread left for a connection") }
        wakeUp.signal()
    }

    private func run(_ configuration: RabbitMQConfiguration, _ connect: Connect, _ prepare: Prepare) {
        do throws(BrokerFailure) {
            let connection = try connect(configuration)
            state.withLock { $0.isLoggedIn = true }
            do throws(BrokerFailure) {
                try prepare(connection)
            } catch {
                throw connection.ended(by: error)
            }
            hand(over: Handover(connection: connection))
        } catch {
            state.withLock { $0.failure = error }
        }
    }

    private func hand(over handover: consuming Handover) {
        var handover: Handover? = handover
        state.withLock { state in
            // An abandoned one is closed by this thread, on the way out.
            if !state.isAbandoned { state.handover = handover.take() }
        }
    }

    /// Whether login is behind it, so that it will end by itself.
    var isLoggedIn: Bool { state.withLock { $0.isLoggedIn } }

    /// The connection when it stands, `nil` while it doesn't.
    func take() throws(BrokerFailure) -> BrokerConnection? {
        if let failure = state.withLock({ $0.failure }) { throw failure }
        return state.withLock({ $0.handover.take() })?.unpacked()
    }

    /// Nobody will take the connection any more.
    func abandon() {
        _ = state.withLock { state in
            state.isAbandoned = true
            return state.handover.take()
        }
    }
}

extension ConnectionAttempt {
    /// How long the lookup may go on before nobody waits for it: the library's own time-outs come first.
    static func patience(_ configuration: RabbitMQConfiguration) -> Duration {
        configuration.connectTimeout + .seconds(1)
    }

    /// What is said then.
    static func outOfPatience(_ configuration: RabbitMQConfiguration) -> BrokerFailure {
        .unreachable(
            host: configuration.address.host,
            port: configuration.address.port,
            reason: "the name lookup has not ended within \(configuration.connectTimeout)"
        )
    }

    /// A connection with an open channel for a thread that has nothing else to do meanwhile.
    static func connection(
        _ configuration: RabbitMQConfiguration,
        connect: @escaping Connect = { configuration throws(BrokerFailure) in try BrokerConnection(configuration) }
    ) throws(BrokerFailure) -> BrokerConnection {
        guard let wakeUp = WakeUp.ifPossible() else { throw .lost("the process has no file descriptor left") }
        let attempt = ConnectionAttempt(configuration, wakeUp: wakeUp, connect: connect) {
            connection throws(BrokerFailure) in try connection.openChannel()
        }
        let deadline = ContinuousClock.now + patience(configuration)
        while attempt.isLoggedIn || ContinuousClock.now < deadline {
            wakeUp.reset()
            if let connection = try attempt.take() { return connection }
            var signal = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&signal, 1, wakeUp.await() ? 250 : 0)
        }
        attempt.abandon()
        throw outOfPatience(configuration)
    }
}
