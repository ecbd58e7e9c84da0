import CRabbitMQ

extension TLSHandshake {
    /// Why the handshake failed; `nil` when it did not begin.
    func problem(host: String, status: Int32) -> TLSProblem? {
        if let refused = refusedCertificate(host: host) { return refused }
        guard told.pointee.has_begun != 0 else { return nil }
        if let complaint { return complaint }
        if status == AMQP_STATUS_TIMEOUT.rawValue {
            return .handshakeFailed(reason: "no answer in time; a port that does not speak TLS can be silent like that")
        }
        switch ERR_GET_REASON(ERR_peek_error()) {
        case SSL_R_WRONG_VERSION_NUMBER, SSL_R_HTTP_REQUEST, SSL_R_PACKET_LENGTH_TOO_LONG:
            return .noTLS
        case SSL_R_UNSUPPORTED_PROTOCOL, SSL_R_VERSION_TOO_LOW, SSL_R_WRONG_SSL_VERSION:
            return .tooOld
        case 0:
            return .handshakeFailed(reason: "the other side closed the connection; does it speak TLS there?")
        default:
            return .handshakeFailed(reason: Self.lastError)
        }
    }

    /// Why the server ended the connection after the handshake: with TLS 1.3 it judges our certificate only then.
    func problemAfterHandshake(status: Int32) -> TLSProblem? {
        if complaint == nil { hearLastWords() }
        if let complaint { return complaint }
        guard told.pointee.was_asked != 0, status != AMQP_STATUS_TIMEOUT.rawValue else { return nil }
        // It closed without a word, so nobody knows for certain.
        let guess = configuration.identity == nil ? "and there is none" : "so perhaps it does not accept ours"
        return .handshakeFailed(
            reason:
                "the server asked for a client certificate and closed the connection right after the handshake, \(guess)"
        )
    }

    /// Why we refused the server's certificate.
    private func refusedCertificate(host: String) -> TLSProblem? {
        let error = told.pointee.verify_error
        let subject = String(cString: crabbitmq_tls_subject(told))
        switch error {
        case X509_V_OK:
            return nil
        case X509_V_ERR_CERT_HAS_EXPIRED:
            return .expired(certificate: subject, at: told.pointee.refused_not_after)
        case X509_V_ERR_CERT_NOT_YET_VALID:
            return .notYetValid(certificate: subject, from: told.pointee.refused_not_before)
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH:
            return .wrongName(host: host, names: String(cString: crabbitmq_tls_names(told)))
        case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
            X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, X509_V_ERR_CERT_UNTRUSTED:
            return .unknownAuthority(
                certificate: subject,
                issuer: String(cString: crabbitmq_tls_issuer(told)),
                trusted: configuration.authorities
            )
        default:
            let words = X509_verify_cert_error_string(Int(error)).map { String(cString: $0) }
            return .invalidCertificate(certificate: subject, reason: words ?? "reason \(error)")
        }
    }

    /// What the server complained about.
    private var complaint: TLSProblem? {
        let alert = told.pointee.alert
        guard alert >= 0 else { return nil }
        let words = SSL_alert_desc_string_long(alert).map { String(cString: $0) } ?? "alert \(alert)"
        switch alert {
        case SSL_AD_PROTOCOL_VERSION:
            return .tooOld
        case SSL_AD_CERTIFICATE_REQUIRED:
            return .certificateRequired
        case SSL_AD_HANDSHAKE_FAILURE where told.pointee.was_asked != 0 && configuration.identity == nil:
            // What a server without TLS 1.3 says for the same thing.
            return .certificateRequired
        case SSL_AD_BAD_CERTIFICATE, SSL_AD_UNSUPPORTED_CERTIFICATE, SSL_AD_CERTIFICATE_REVOKED,
            SSL_AD_CERTIFICATE_EXPIRED, SSL_AD_CERTIFICATE_UNKNOWN, SSL_AD_UNKNOWN_CA:
            return .certificateRefused(reason: words)
        default:
            return .handshakeFailed(reason: "the server says '\(words)'")
        }
    }
}
