import CoreMetrics

/// When certificates end, for alerts that come in time.
enum CertificateMeters {
    private static let label = "rabbitmq_certificate_expiry_timestamp_seconds"

    /// Shows them in Unix time; without TLS there is nothing to show.
    static func show(_ session: TLSSession) {
        Meter(label: label, dimensions: [("certificate", "server")]).set(session.serverCertificateExpiry)
        if let expiry = session.clientCertificateExpiry {
            Meter(label: label, dimensions: [("certificate", "client")]).set(expiry)
        }
    }
}
