import ArgumentParser

/// A flag for every setting, and the configuration file.
struct SettingOptions: ParsableArguments {
    @Option(name: .long, help: "Configuration file, YAML or JSON, with the names of the settings as keys.")
    var config: String?

    @Option(name: .customLong("amqp-url"), help: .init(SettingKey.amqpURL.help))
    var amqpURL: String?

    @Option(name: .customLong("amqp-ca-file"), help: .init(SettingKey.amqpCAFile.help))
    var amqpCAFile: String?

    @Option(name: .customLong("amqp-certificate-file"), help: .init(SettingKey.amqpCertificateFile.help))
    var amqpCertificateFile: String?

    @Option(name: .customLong("amqp-key-file"), help: .init(SettingKey.amqpKeyFile.help))
    var amqpKeyFile: String?

    @Option(name: .customLong("amqp-authentication"), help: .init(SettingKey.amqpAuthentication.help))
    var amqpAuthentication: String?

    @Option(name: .customLong("rabbitmq-management-url"), help: .init(SettingKey.managementURL.help))
    var managementURL: String?

    @Option(name: .customLong("ems-url"), help: .init(SettingKey.emsURL.help))
    var emsURL: String?

    @Option(name: .customLong("ems-username"), help: .init(SettingKey.emsUsername.help))
    var emsUsername: String?

    @Option(name: .customLong("ems-password"), help: .init(SettingKey.emsPassword.help))
    var emsPassword: String?

    @Option(name: .customLong("ems-token-url"), help: .init(SettingKey.emsTokenURL.help))
    var emsTokenURL: String?

    @Option(name: .customLong("ems-client-id"), help: .init(SettingKey.emsClientID.help))
    var emsClientID: String?

    @Option(name: .customLong("ems-client-secret"), help: .init(SettingKey.emsClientSecret.help))
    var emsClientSecret: String?

    @Option(name: .customLong("ems-timeout"), help: .init(SettingKey.emsTimeout.help))
    var emsTimeout: String?

    @Option(name: .customLong("ems-settle"), help: .init(SettingKey.emsSettle.help))
    var emsSettle: String?

    @Option(name: .customLong("ems-create-customers"), help: .init(SettingKey.emsCreateCustomers.help))
    var emsCreateCustomers: String?

    @Option(name: .customLong("ems-attribute-order-type"), help: .init(SettingKey.emsAttributeOrderType.help))
    var emsAttributeOrderType: String?

    @Option(name: .customLong("ems-attribute-ends-with-term"), help: .init(SettingKey.emsAttributeEndsWithTerm.help))
    var emsAttributeEndsWithTerm: String?

    @Option(name: .customLong("ems-attribute-auto-renew"), help: .init(SettingKey.emsAttributeAutoRenew.help))
    var emsAttributeAutoRenew: String?

    @Option(name: .customLong("ledger-url"), help: .init(SettingKey.ledgerURL.help))
    var ledgerURL: String?

    @Option(name: .customLong("ledger-retention"), help: .init(SettingKey.ledgerRetention.help))
    var ledgerRetention: String?

    @Option(name: .customLong("http-host"), help: .init(SettingKey.httpHost.help))
    var httpHost: String?

    @Option(name: .customLong("http-port"), help: .init(SettingKey.httpPort.help))
    var httpPort: String?

    @Option(name: .customLong("topology-prefix"), help: .init(SettingKey.topologyPrefix.help))
    var topologyPrefix: String?

    @Option(name: .customLong("prefetch"), help: .init(SettingKey.prefetch.help))
    var prefetch: String?

    @Option(name: .customLong("concurrency"), help: .init(SettingKey.concurrency.help))
    var concurrency: String?

    @Option(name: .customLong("predecessor-wait"), help: .init(SettingKey.predecessorWait.help))
    var predecessorWait: String?

    @Option(name: .customLong("shutdown-grace"), help: .init(SettingKey.shutdownGrace.help))
    var shutdownGrace: String?

    @Option(name: .customLong("confirm-timeout"), help: .init(SettingKey.confirmTimeout.help))
    var confirmTimeout: String?

    @Option(name: .customLong("consumer-timeout"), help: .init(SettingKey.consumerTimeout.help))
    var consumerTimeout: String?

    @Option(name: .customLong("parked-limit"), help: .init(SettingKey.parkedLimit.help))
    var parkedLimit: String?

    @Option(name: .customLong("parked-bytes"), help: .init(SettingKey.parkedBytes.help))
    var parkedBytes: String?

    @Option(name: .customLong("conversion-window"), help: .init(SettingKey.conversionWindow.help))
    var conversionWindow: String?

    @Option(name: .customLong("renewal-grace"), help: .init(SettingKey.renewalGrace.help))
    var renewalGrace: String?

    @Option(name: .customLong("business-time-zone"), help: .init(SettingKey.businessTimeZone.help))
    var businessTimeZone: String?

    @Option(name: .customLong("max-message-size"), help: .init(SettingKey.maxMessageSize.help))
    var maxMessageSize: String?

    @Option(name: .customLong("log-level"), help: .init(SettingKey.logLevel.help))
    var logLevel: String?

    /// What was given as flags.
    var flags: [SettingKey: String] {
        let all: [(SettingKey, String?)] = [
            (.amqpURL, amqpURL),
            (.amqpCAFile, amqpCAFile),
            (.amqpCertificateFile, amqpCertificateFile),
            (.amqpKeyFile, amqpKeyFile),
            (.amqpAuthentication, amqpAuthentication),
            (.managementURL, managementURL),
            (.emsURL, emsURL),
            (.emsUsername, emsUsername),
            (.emsPassword, emsPassword),
            (.emsTokenURL, emsTokenURL),
            (.emsClientID, emsClientID),
            (.emsClientSecret, emsClientSecret),
            (.emsTimeout, emsTimeout),
            (.emsSettle, emsSettle),
            (.emsCreateCustomers, emsCreateCustomers),
            (.emsAttributeOrderType, emsAttributeOrderType),
            (.emsAttributeEndsWithTerm, emsAttributeEndsWithTerm),
            (.emsAttributeAutoRenew, emsAttributeAutoRenew),
            (.ledgerURL, ledgerURL),
            (.ledgerRetention, ledgerRetention),
            (.httpHost, httpHost),
            (.httpPort, httpPort),
            (.topologyPrefix, topologyPrefix),
            (.prefetch, prefetch),
            (.concurrency, concurrency),
            (.predecessorWait, predecessorWait),
            (.shutdownGrace, shutdownGrace),
            (.confirmTimeout, confirmTimeout),
            (.consumerTimeout, consumerTimeout),
            (.parkedLimit, parkedLimit),
            (.parkedBytes, parkedBytes),
            (.conversionWindow, conversionWindow),
            (.renewalGrace, renewalGrace),
            (.businessTimeZone, businessTimeZone),
            (.maxMessageSize, maxMessageSize),
            (.logLevel, logLevel),
        ]
        return all.reduce(into: [:]) { flags, entry in flags[entry.0] = entry.1 }
    }

    /// Every source of settings, read.
    func values() async throws -> SettingValues { try await SettingValues(flags: flags, file: config) }
}

extension SettingKey {
    /// Meaning and default, for `--help`.
    fileprivate var help: String {
        defaultValue.map { "\(meaning) (\(rawValue), default \($0))" } ?? "\(meaning) (\(rawValue))"
    }
}
