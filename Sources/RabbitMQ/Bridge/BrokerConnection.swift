import AMQP
import CRabbitMQ
import Glibc

/// One connection of librabbitmq with its channel 1.
///
/// Not thread-safe: whoever made it is its only user.
struct BrokerConnection: ~Copyable {
    /// Stays inside `Bridge/`.
    let state: amqp_connection_state_t
    /// For `poll`.
    let descriptor: Int32
    /// The largest frame both sides agreed on.
    let frameMaximum: Int
    /// The deadline of the call that is running.
    let callGuard: CallGuard
    /// Memory for arguments, recycled after each call.
    let arena = Arena()
    /// What this side has to send outside of calls that wait.
    let outbound = OutboundBuffer()
    /// The interval both sides agreed on.
    let heartbeat: Duration
    /// For the answer to a call that waits.
    let rpcTimeout: Duration
    /// Whose connection it is, and where.
    let user: String
    let virtualHost: String
    /// What was agreed with TLS; `nil` without.
    let tlsSession: TLSSession?
    /// OpenSSL's callbacks write into it until the connection is destroyed.
    let handshake: TLSHandshake?

    /// Connects, encrypts when asked to, and logs in.
    init(_ configuration: RabbitMQConfiguration) throws(BrokerFailure) {
        let address = configuration.address
        let handshake = address.usesTLS ? TLSHandshake(configuration.tls) : nil
        defer { withExtendedLifetime(handshake) {} }
        let deadline = ContinuousClock.now + configuration.connectTimeout
        guard let state = amqp_new_connection() else { throw .lost("out of memory") }
        do throws(BrokerFailure) {
            try Self.dial(state, configuration, handshake)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        let descriptor = amqp_get_sockfd(state)
        guard let callGuard = CallGuard(descriptor: descriptor) else {
            amqp_destroy_connection(state)
            throw .lost("the process has no file descriptor left")
        }
        // What dialling has left of the time; the guard comes after the library's own time-out.
        let rest = max(ContinuousClock.now.duration(to: deadline), .milliseconds(1))
        var handshakeTimeout = rest.timeval
        amqp_set_handshake_timeout(state, &handshakeTimeout)
        callGuard.arm(for: rest + .milliseconds(500))
        handshake?.holdOn(to: descriptor)
        defer { handshake?.letGo() }
        do throws(BrokerFailure) {
            Self.limitSilence(descriptor, configuration)
            try Self.login(state, configuration, handshake)
        } catch {
            if case .loginRefused = error { Self.sendConnectionCloseOK(state) }
            callGuard.retire()
            amqp_destroy_connection(state)
            throw error
        }
        callGuard.disarm()
        self.state = state
        self.descriptor = descriptor
        self.callGuard = callGuard
        self.handshake = handshake
        tlsSession = handshake?.session
        rpcTimeout = configuration.rpcTimeout
        (user, virtualHost) = (address.user, address.virtualHost)
        frameMaximum = Int(amqp_get_frame_max(state))
        heartbeat = .seconds(Int(amqp_get_heartbeat(state)))
        // From here on heartbeats are ours: the library would send its own into the middle of a frame of ours that the
        // socket has taken by half.
        amqp_tune_connection(state, amqp_get_channel_max(state), amqp_get_frame_max(state), 0)
    }

    deinit {
        callGuard.retire()
        amqp_destroy_connection(state)
    }

    /// Closes in an orderly way; gives up silently after the time-out, since the descriptor is closed anyway.
    borrowing func close(within timeout: Duration) {
        var limit = timeout.timeval
        amqp_set_rpc_timeout(state, &limit)
        callGuard.arm(for: timeout + .seconds(1))
        defer { callGuard.disarm() }
        // Behind half a frame a close would make no sense to the broker.
        guard (try? flush(within: timeout)) != nil else { return }
        _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS)
    }

    /// For a close when there is little time left, or nothing to wait for.
    static var courtesy: Duration { .seconds(1) }

    /// Says goodbye when the peer still listens, so that the broker need not find out by itself that the consumers are
    /// gone, and gives the reason of the end.
    borrowing func ended(by failure: BrokerFailure) -> BrokerFailure {
        if callGuard.hasFired { return .timedOut("a call into librabbitmq hung") }
        switch failure {
        case .refused, .consumerCancelled, .topology: close(within: Self.courtesy)
        case .unreachable, .untrusted, .loginRefused, .closedByBroker, .timedOut, .lost, .invalid: break
        }
        return failure
    }

    private static func dial(
        _ state: amqp_connection_state_t,
        _ configuration: RabbitMQConfiguration,
        _ handshake: TLSHandshake?
    ) throws(BrokerFailure) {
        let address = configuration.address
        if configuration.authentication == .certificate, handshake == nil || configuration.tls.identity == nil {
            throw .untrusted(host: address.host, port: address.port, .noIdentity)
        }
        func unreachable(_ reason: String) -> BrokerFailure {
            .unreachable(host: address.host, port: address.port, reason: reason)
        }
        var timeout = configuration.connectTimeout.timeval
        var rpcTimeout = configuration.rpcTimeout.timeval
        amqp_set_rpc_timeout(state, &rpcTimeout)
        let socket = address.usesTLS ? amqp_ssl_socket_new(state) : amqp_tcp_socket_new(state)
        guard let socket else { throw .lost("out of memory") }
        if let handshake { try secure(socket, handshake, address) }
        let status = amqp_socket_open_noblock(socket, address.host, Int32(address.port), &timeout)
        guard status == AMQP_STATUS_OK.rawValue else {
            if let problem = handshake?.problem(host: address.host, status: status) {
                throw .untrusted(host: address.host, port: address.port, problem)
            }
            throw unreachable(text(status: status))
        }
    }

    /// A peer that acknowledges no bytes for two heartbeats, or no probe when there are none, is gone, whatever the
    /// library waits for.
    private static func limitSilence(_ descriptor: Int32, _ configuration: RabbitMQConfiguration) {
        func set(_ level: Int32, _ option: Int32, _ value: Int) {
            var value = Int32(clamping: value)
            setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout.size(ofValue: value)))
        }
        let heartbeat = configuration.heartbeatSeconds
        limitUnacknowledgedBytes(descriptor, seconds: heartbeat * 2)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, heartbeat)
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, max(1, heartbeat / 3))
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, 3)
    }

    /// Zero seconds leave it to the operating system.
    static func limitUnacknowledgedBytes(_ descriptor: Int32, seconds: Int) {
        var milliseconds = Int32(clamping: seconds * 1_000)
        setsockopt(
            descriptor,
            Int32(IPPROTO_TCP),
            TCP_USER_TIMEOUT,
            &milliseconds,
            socklen_t(MemoryLayout.size(ofValue: milliseconds))
        )
    }

    private static func login(
        _ state: amqp_connection_state_t,
        _ configuration: RabbitMQConfiguration,
        _ handshake: TLSHandshake?
    ) throws(BrokerFailure) {
        let address = configuration.address
        let arena = Arena()
        // 0.11 announces none of these by itself; without them the broker neither cancels nor blocks with notice.
        let capabilities: FieldTable = [
            "consumer_cancel_notify": true, "connection.blocked": true, "basic.nack": true, "publisher_confirms": true,
            "authentication_failure_close": true,
        ]
        var properties = try arena.table([
            "capabilities": .table(capabilities), "connection_name": .text(configuration.connectionName),
        ])
        let reply = logIn(state, configuration, handshake, &properties)
        if let failure = failure(of: reply, configuration, handshake) { throw failure }
        do throws(BrokerFailure) {
            try check(reply, "login")
        } catch {
            switch error {
            case .closedByBroker(let code, let text):
                throw .loginRefused(
                    host: address.host,
                    port: address.port,
                    user: userName(configuration, handshake),
                    virtualHost: address.virtualHost,
                    reason: "\(code) \(text)\(userOrigin(configuration))"
                )
            case .lost(let reason):
                throw .unreachable(host: address.host, port: address.port, reason: "no AMQP handshake: \(reason)")
            case .timedOut(let what):
                throw .unreachable(
                    host: address.host,
                    port: address.port,
                    reason: "no AMQP handshake: no answer to \(what)"
                )
            case .unreachable, .untrusted, .loginRefused, .refused, .consumerCancelled, .topology, .invalid:
                throw error
            }
        }
    }
}
