/// Why there is no trusted, encrypted connection.
public enum TLSProblem: Error, Hashable, Sendable {
    /// A certificate's days are over; times are Unix time.
    case expired(certificate: String, at: Int64)
    /// A certificate's days have not begun.
    case notYetValid(certificate: String, from: Int64)
    /// Nobody we trust has signed the certificate.
    case unknownAuthority(certificate: String, issuer: String, trusted: TLSConfiguration.Authorities)
    /// The certificate is somebody else's.
    case wrongName(host: String, names: String)
    /// The certificate is not good for this, for a reason of OpenSSL's.
    case invalidCertificate(certificate: String, reason: String)
    /// What answered does not speak TLS.
    case noTLS
    /// The server speaks nothing newer than TLS 1.1.
    case tooOld
    /// The server wants a client certificate and we have none.
    case certificateRequired
    /// The server does not accept our client certificate.
    case certificateRefused(reason: String)
    /// The handshake failed otherwise.
    case handshakeFailed(reason: String)
    /// A file of ours can't be used.
    case unreadable(file: String, reason: String)
    /// The private key belongs to another certificate.
    case keyMismatch(certificateFile: String, keyFile: String)
    /// Logging in with a certificate needs `amqps://` and a certificate.
    case noIdentity
}

extension TLSProblem: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .expired(let certificate, let time):
            "the server's certificate has expired: '\(certificate)' was valid until \(UTCText.of(time)). "
                + "Renew it on the server"
        case .notYetValid(let certificate, let time):
            "the server's certificate is not valid yet: '\(certificate)' begins at \(UTCText.of(time)). "
                + "Compare the clocks of both machines"
        case .unknownAuthority(let certificate, let issuer, let trusted):
            "the server's certificate is signed by an unknown authority: '\(certificate)' comes from '\(issuer)', which is "
                + "not among \(trusted). Name the file of the server's authority (AMQP_CA_FILE)"
        case .wrongName(let host, let names):
            "the server's certificate is not for \(host), but for \(names.isEmpty ? "no host at all" : names). "
                + "Use one of its names in the address, or give the server a certificate with this one"
        case .invalidCertificate(let certificate, let reason):
            "the server's certificate '\(certificate)' can't be accepted: \(reason)"
        case .noTLS:
            "what answers there does not speak TLS. Use the port for TLS (5671 unless changed), or amqp:// without TLS"
        case .tooOld:
            "the server speaks no TLS 1.2 or newer. Allow tlsv1.2 or tlsv1.3 there (ssl_options.versions)"
        case .certificateRequired:
            "the server wants a client certificate, and there is none. Name its files (AMQP_CERTIFICATE_FILE, AMQP_KEY_FILE)"
        case .certificateRefused(let reason):
            "the server does not accept our client certificate: \(reason). "
                + "It must be in its days and signed by an authority that the server trusts (ssl_options.cacertfile)"
        case .handshakeFailed(let reason):
            "the TLS handshake failed: \(reason)"
        case .unreadable(let file, let reason):
            "the file \(file) can't be used: \(reason)"
        case .keyMismatch(let certificateFile, let keyFile):
            "the private key in \(keyFile) does not belong to the certificate in \(certificateFile)"
        case .noIdentity:
            "logging in with a certificate needs amqps:// and the files of a client certificate "
                + "(AMQP_CERTIFICATE_FILE, AMQP_KEY_FILE)"
        }
    }
}

extension TLSConfiguration.Authorities: CustomStringConvertible {
    /// For a sentence about what is trusted.
    public var description: String {
        switch self {
        case .system: "the system's authorities"
        case .file(let file): "the authorities in \(file)"
        }
    }
}
