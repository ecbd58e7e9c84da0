import CRabbitMQ

extension BrokerConnection {
    /// Sets up what librabbitmq leaves open before it dials.
    static func secure(
        _ socket: OpaquePointer,
        _ handshake: TLSHandshake,
        _ address: AMQPAddress
    ) throws(BrokerFailure) {
        guard let context = amqp_ssl_socket_get_context(socket) else { throw .lost("out of memory") }
        do throws(TLSProblem) {
            try handshake.prepare(OpaquePointer(context), host: address.host)
        } catch {
            throw .untrusted(host: address.host, port: address.port, error)
        }
        // OpenSSL itself checks the name, during the handshake: the library's check knows no IP addresses.
        amqp_ssl_socket_set_verify_peer(socket, 1)
        amqp_ssl_socket_set_verify_hostname(socket, 0)
    }

    /// Logs in the way that the configuration says.
    static func logIn(
        _ state: amqp_connection_state_t,
        _ configuration: RabbitMQConfiguration,
        _ handshake: TLSHandshake?,
        _ properties: inout amqp_table_t
    ) -> amqp_rpc_reply_t {
        let address = configuration.address
        let heartbeat = Int32(clamping: configuration.heartbeatSeconds)
        switch configuration.authentication {
        case .password:
            return crabbitmq_login_plain(
                state,
                address.virtualHost,
                AMQP_DEFAULT_FRAME_SIZE,
                heartbeat,
                &properties,
                address.user,
                address.password
            )
        case .certificate:
            // The broker looks at the certificate alone, but the library sends no empty identity.
            let name = handshake.map(\.ownName) ?? ""
            return crabbitmq_login_external(
                state,
                address.virtualHost,
                AMQP_DEFAULT_FRAME_SIZE,
                heartbeat,
                &properties,
                name.isEmpty ? "certificate" : name
            )
        }
    }

    /// The failure of a log-in that ended without the broker's refusal, where more is known than the library's words.
    static func failure(
        of reply: amqp_rpc_reply_t,
        _ configuration: RabbitMQConfiguration,
        _ handshake: TLSHandshake?
    ) -> BrokerFailure? {
        guard reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION else { return nil }
        let address = configuration.address
        if reply.library_error == AMQP_STATUS_BROKER_UNSUPPORTED_SASL_METHOD.rawValue {
            return .loginRefused(
                host: address.host,
                port: address.port,
                user: userName(configuration, handshake),
                virtualHost: address.virtualHost,
                reason: configuration.authentication == .certificate
                    ? "it does not offer EXTERNAL: enable its plugin rabbitmq_auth_mechanism_ssl and add EXTERNAL to its "
                        + "auth_mechanisms"
                    : "it does not offer PLAIN: add PLAIN to its auth_mechanisms, or log in with a certificate"
            )
        }
        if let handshake {
            return handshake.problemAfterHandshake(status: reply.library_error).map {
                .untrusted(host: address.host, port: address.port, $0)
            }
        }
        let closings = [
            AMQP_STATUS_SOCKET_ERROR.rawValue, AMQP_STATUS_CONNECTION_CLOSED.rawValue,
            AMQP_STATUS_BAD_AMQP_DATA.rawValue,
        ]
        guard closings.contains(reply.library_error) else { return nil }
        // A TLS server says seven bytes and closes, one too few for the library to look at.
        return .unreachable(
            host: address.host,
            port: address.port,
            reason:
                "no AMQP handshake: \(text(status: reply.library_error)); if that port is for TLS, the address must "
                + "begin with amqps://"
        )
    }

    /// Where the user's name comes from, when it isn't the address.
    static func userOrigin(_ configuration: RabbitMQConfiguration) -> String {
        switch configuration.authentication {
        case .password: ""
        case .certificate: "; the user must have the name that our client certificate has"
        }
    }

    /// Who logs in, for people.
    static func userName(_ configuration: RabbitMQConfiguration, _ handshake: TLSHandshake?) -> String {
        switch configuration.authentication {
        case .password: configuration.address.user
        case .certificate: handshake.map(\.ownName) ?? ""
        }
    }
}
