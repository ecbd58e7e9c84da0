/// What was agreed on an encrypted connection.
public struct TLSSession: Hashable, Sendable {
    /// Such as `TLSv1.3`.
    public var version: String
    /// When the server's certificate ends, in Unix time.
    public var serverCertificateExpiry: Int64
    /// When our own certificate ends, in Unix time; `nil` when we have none.
    public var clientCertificateExpiry: Int64?

    /// Describes a connection.
    public init(version: String, serverCertificateExpiry: Int64, clientCertificateExpiry: Int64? = nil) {
        self.version = version
        self.serverCertificateExpiry = serverCertificateExpiry
        self.clientCertificateExpiry = clientCertificateExpiry
    }
}

extension TLSSession: CustomStringConvertible {
    /// Version and days, for people.
    public var description: String {
        let client = clientCertificateExpiry.map { ", ours until \(UTCText.of($0))" } ?? ""
        return "\(version), the server's certificate is good until \(UTCText.of(serverCertificateExpiry))\(client)"
    }
}
