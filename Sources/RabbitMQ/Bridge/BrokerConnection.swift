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
    /// Whose connection it is, and where.
    let user: String
    let virtualHost: String
    /// `TCP_CORK` would hold TLS records back just as well, but is left alone there.
    let usesTLS: Bool

    /// Connects, encrypts when asked to, and logs in.
    init(_ configuration: RabbitMQConfiguration) throws(BrokerFailure) {
        let address = configuration.address
        guard let state = amqp_new_connection() else { throw .lost("out of memory") }
        do throws(BrokerFailure) {
            try Self.dial(state, configuration)
        } catch {
            amqp_destroy_connection(state)
            throw error
        }
        let descriptor = amqp_get_sockfd(state)
        let callGuard = CallGuard(descriptor: descriptor)
        callGuard.arm(for: configuration.connectTimeout + configuration.rpcTimeout)
        do throws(BrokerFailure) {
            Self.limitUnacknowledgedBytes(descriptor, configuration)
            try Self.login(state, configuration)
        } catch {
            callGuard.retire()
            amqp_destroy_connection(state)
            throw error
        }
        callGuard.disarm()
        self.state = state
        self.descriptor = descriptor
        self.callGuard = callGuard
        self.usesTLS = address.usesTLS
        (user, virtualHost) = (address.user, address.virtualHost)
        frameMaximum = Int(amqp_get_frame_max(state))
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
        _ = amqp_connection_close(state, AMQP_REPLY_SUCCESS)
        callGuard.disarm()
    }

    private static func dial(
        _ state: amqp_connection_state_t,
        _ configuration: RabbitMQConfiguration
    ) throws(BrokerFailure) {
        let address = configuration.address
        func unreachable(_ reason: String) -> BrokerFailure {
            .unreachable(host: address.host, port: address.port, reason: reason)
        }
        var timeout = configuration.connectTimeout.timeval
        var rpcTimeout = configuration.rpcTimeout.timeval
        amqp_set_handshake_timeout(state, &timeout)
        amqp_set_rpc_timeout(state, &rpcTimeout)
        let socket = address.usesTLS ? amqp_ssl_socket_new(state) : amqp_tcp_socket_new(state)
        guard let socket else { throw .lost("out of memory") }
        if address.usesTLS {
            let file = configuration.certificateAuthorities
            guard amqp_ssl_socket_set_cacert(socket, file) == AMQP_STATUS_OK.rawValue else {
                throw unreachable("the certificate authorities can't be read from \(file)")
            }
            amqp_ssl_socket_set_verify_peer(socket, 1)
            amqp_ssl_socket_set_verify_hostname(socket, 1)
            // 0.11 would go down to TLS 1.0.
            amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST)
        }
        let status = amqp_socket_open_noblock(socket, address.host, Int32(address.port), &timeout)
        guard status == AMQP_STATUS_OK.rawValue else { throw unreachable(text(status: status)) }
    }

    /// A peer that acknowledges nothing for two heartbeats is gone, whatever the library waits for.
    private static func limitUnacknowledgedBytes(_ descriptor: Int32, _ configuration: RabbitMQConfiguration) {
        var milliseconds = UInt32(clamping: configuration.heartbeat.components.seconds * 2_000)
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
        _ configuration: RabbitMQConfiguration
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
        let reply = crabbitmq_login_plain(
            state,
            address.virtualHost,
            AMQP_DEFAULT_FRAME_SIZE,
            Int32(clamping: configuration.heartbeat.components.seconds),
            &properties,
            address.user,
            address.password
        )
        do throws(BrokerFailure) {
            try check(reply, "login")
        } catch {
            switch error {
            case .closedByBroker(let code, let text):
                throw .loginRefused(
                    host: address.host,
                    port: address.port,
                    user: address.user,
                    virtualHost: address.virtualHost,
                    reason: "\(code) \(text)"
                )
            case .lost(let reason), .timedOut(let reason):
                throw .unreachable(host: address.host, port: address.port, reason: "no AMQP handshake: \(reason)")
            case .unreachable, .loginRefused, .refused, .consumerCancelled, .topology, .invalid:
                throw error
            }
        }
    }
}
