import RabbitMQ

extension WorkerSettings {
    /// How RabbitMQ's connections are secured and who logs in, with files that can be used.
    static func security(
        _ values: SettingValues,
        of address: AMQPAddress
    ) throws(SettingError) -> (TLSConfiguration, Authentication) {
        var tls = TLSConfiguration()
        // An authority or a certificate without encryption is a mistake that nobody would notice.
        for key in [SettingKey.amqpCAFile, .amqpCertificateFile, .amqpKeyFile] where !address.usesTLS {
            guard let file = values.text(key) else { continue }
            throw SettingError(key: key, value: file, allowed: "it needs an AMQP_URL that begins with amqps://")
        }
        if let file = values.text(.amqpCAFile) { tls.authorities = .file(file) }
        if values.text(.amqpCertificateFile) != nil || values.text(.amqpKeyFile) != nil {
            tls.identity = TLSConfiguration.Identity(
                certificateFile: try values.required(.amqpCertificateFile),
                keyFile: try values.required(.amqpKeyFile)
            )
        }
        let authentication = try values.value(.amqpAuthentication, "password or certificate", Self.authentication)
        if authentication == .certificate, tls.identity == nil {
            throw SettingError(
                key: .amqpAuthentication,
                value: values.text(.amqpAuthentication),
                allowed: "it needs an amqps:// address, AMQP_CERTIFICATE_FILE and AMQP_KEY_FILE"
            )
        }
        do throws(TLSProblem) {
            if address.usesTLS { try tls.check() }
        } catch {
            throw Self.error(error, tls)
        }
        return (tls, authentication)
    }

    private static func authentication(_ text: String) -> Authentication? {
        switch text.lowercased() {
        case "password": .password
        case "certificate": .certificate
        default: nil
        }
    }

    /// Names the setting of the file that does not do.
    private static func error(_ problem: TLSProblem, _ tls: TLSConfiguration) -> SettingError {
        guard case .unreadable(let file, let reason) = problem else {
            return SettingError(key: .amqpKeyFile, value: tls.identity?.keyFile ?? "", allowed: problem.description)
        }
        let key: SettingKey =
            switch file {
            case tls.identity?.certificateFile: .amqpCertificateFile
            case tls.identity?.keyFile: .amqpKeyFile
            default: .amqpCAFile
            }
        return SettingError(
            key: key,
            value: file,
            allowed: "a PEM file that can be read is needed; with this one, \(reason)"
        )
    }
}
