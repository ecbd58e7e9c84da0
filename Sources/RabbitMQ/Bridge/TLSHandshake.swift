import CRabbitMQ
import Glibc

/// How one TLS connection is set up, and what OpenSSL's callbacks tell about it.
///
/// librabbitmq 0.11 knows neither IP addresses in certificates, nor the system's authorities, nor why a handshake failed:
/// all of that is asked of OpenSSL through the library's context. The callbacks write into `told` until the connection is
/// destroyed: keep this alive as long.
final class TLSHandshake {
    let configuration: TLSConfiguration
    let told: UnsafeMutablePointer<crabbitmq_tls_t>
    /// The distinguished name of our own certificate; RabbitMQ takes it as user name.
    private(set) var ownName = ""
    private var ownExpiry: Int64?
    /// The socket once more, while the server may still refuse our certificate.
    private var spareDescriptor: Int32 = -1

    init(_ configuration: TLSConfiguration) {
        self.configuration = configuration
        told = .allocate(capacity: 1)
        told.initialize(to: crabbitmq_tls_t())
    }

    deinit {
        letGo()
        told.deallocate()
    }

    /// Prepares the context of one connection to that host.
    func prepare(_ context: OpaquePointer, host: String) throws(TLSProblem) {
        try load(into: context)
        guard crabbitmq_tls_expect_host(context, host) == 1 else { throw .wrongName(host: host, names: "") }
    }

    /// Sets the rules and reads the files.
    func load(into context: OpaquePointer) throws(TLSProblem) {
        ERR_clear_error()
        guard crabbitmq_tls_prepare(context, told) == 1 else {
            throw .handshakeFailed(reason: "OpenSSL does not take the settings: \(Self.lastError)")
        }
        switch configuration.authorities {
        case .system:
            guard SSL_CTX_set_default_verify_paths(context) == 1 else {
                throw .unreadable(file: "SSL_CERT_FILE", reason: Self.lastError)
            }
        case .file(let file):
            try Self.requireReadable(file)
            guard SSL_CTX_load_verify_locations(context, file, nil) == 1 else {
                throw .unreadable(file: file, reason: "there is no certificate in PEM form in it (\(Self.lastError))")
            }
        }
        if let identity = configuration.identity { try show(identity, in: context) }
    }

    private func show(_ identity: TLSConfiguration.Identity, in context: OpaquePointer) throws(TLSProblem) {
        let (certificateFile, keyFile) = (identity.certificateFile, identity.keyFile)
        try Self.requireReadable(certificateFile)
        try Self.requireReadable(keyFile)
        guard SSL_CTX_use_certificate_chain_file(context, certificateFile) == 1 else {
            throw .unreadable(
                file: certificateFile,
                reason: "there is no usable certificate in PEM form in it (\(Self.lastError))"
            )
        }
        guard SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM) == 1 else {
            if told.pointee.wants_passphrase != 0 {
                throw .unreadable(
                    file: keyFile,
                    reason:
                        "its private key has a passphrase, which is not supported; take it off with: openssl pkey -in …"
                )
            }
            if [X509_R_KEY_VALUES_MISMATCH, X509_R_KEY_TYPE_MISMATCH].contains(ERR_GET_REASON(ERR_peek_last_error())) {
                throw .keyMismatch(certificateFile: certificateFile, keyFile: keyFile)
            }
            throw .unreadable(file: keyFile, reason: "there is no private key in PEM form in it (\(Self.lastError))")
        }
        // A key of another kind is taken without complaint, beside the certificate.
        guard SSL_CTX_check_private_key(context) == 1 else {
            throw .keyMismatch(certificateFile: certificateFile, keyFile: keyFile)
        }
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 512) { name in
            guard let base = name.baseAddress else { return }
            ownExpiry = crabbitmq_own_certificate(context, base, name.count)
            ownName = String(cString: base)
        }
    }

    /// OpenSSL would only say "system library".
    private static func requireReadable(_ file: String) throws(TLSProblem) {
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreadable(file: file, reason: String(cString: strerror(errno))) }
        close(descriptor)
    }

    /// OpenSSL's words for what went wrong last on this thread.
    static var lastError: String {
        ERR_reason_error_string(ERR_peek_last_error()).map { String(cString: $0) } ?? "no reason given"
    }

    /// Keeps session and socket through the log-in: with TLS 1.3 the server judges our certificate only then, and when it
    /// is quick, the library closes both before it has read why.
    func holdOn(to descriptor: Int32) {
        guard told.pointee.session != nil else { return }
        spareDescriptor = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    }

    /// Reads what the library has left unread.
    func hearLastWords() {
        guard spareDescriptor >= 0 else { return }
        crabbitmq_hear_last_words(told, spareDescriptor)
    }

    /// Ends what `holdOn` began.
    func letGo() {
        crabbitmq_let_go(told)
        if spareDescriptor >= 0 { close(spareDescriptor) }
        spareDescriptor = -1
    }

    /// What was agreed, once it is.
    var session: TLSSession {
        TLSSession(
            version: String(cString: crabbitmq_tls_version(told)),
            serverCertificateExpiry: told.pointee.peer_not_after,
            clientCertificateExpiry: ownExpiry
        )
    }
}

extension TLSConfiguration {
    /// Reads the files, as every connection does, and throws what is wrong with them.
    public func check() throws(TLSProblem) {
        guard let context = SSL_CTX_new(TLS_client_method()) else {
            throw .handshakeFailed(reason: "OpenSSL has no context: \(TLSHandshake.lastError)")
        }
        let handshake = TLSHandshake(self)
        defer { withExtendedLifetime(handshake) { SSL_CTX_free(context) } }
        try handshake.load(into: context)
    }
}
