/// How `amqps://` connections are secured: whom we trust, and who we are.
///
/// The server's certificate and its name are always verified, and nothing below TLS 1.2 is spoken; neither can be turned
/// off. Files are read anew for every connection, so a renewed certificate needs no restart.
public struct TLSConfiguration: Hashable, Sendable {
    /// Who may have signed the server's certificate.
    public enum Authorities: Hashable, Sendable {
        /// The system's authorities; `SSL_CERT_FILE` and `SSL_CERT_DIR` move them, as for every program with OpenSSL.
        case system
        /// Only those in a PEM file.
        case file(String)
    }

    /// Who we are: a certificate and its private key.
    public struct Identity: Hashable, Sendable {
        /// PEM, with the certificates between ours and the authority after it, if there are any.
        public var certificateFile: String
        /// PEM, without a passphrase; may be the same file.
        public var keyFile: String

        /// Names the two files.
        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Who may have signed the server's certificate.
    public var authorities: Authorities
    /// What is shown to a server that asks for a client certificate.
    public var identity: Identity?

    /// The system's authorities and no client certificate, unless said otherwise.
    public init(authorities: Authorities = .system, identity: Identity? = nil) {
        self.authorities = authorities
        self.identity = identity
    }
}
