/// Every setting: its name in the environment, its default, and what it means.
///
/// The one list of them.
///
/// The flag of `EMS_URL` is `--ems-url`; in a configuration file either spelling works.
enum SettingKey: String, CaseIterable {
    case amqpURL = "AMQP_URL"
    case amqpCAFile = "AMQP_CA_FILE"
    case amqpCertificateFile = "AMQP_CERTIFICATE_FILE"
    case amqpKeyFile = "AMQP_KEY_FILE"
    case amqpAuthentication = "AMQP_AUTHENTICATION"
    case managementURL = "RABBITMQ_MANAGEMENT_URL"
    case emsURL = "EMS_URL"
    case emsUsername = "EMS_USERNAME"
    case emsPassword = "EMS_PASSWORD"
    case emsTokenURL = "EMS_TOKEN_URL"
    case emsClientID = "EMS_CLIENT_ID"
    case emsClientSecret = "EMS_CLIENT_SECRET"
    case emsTimeout = "EMS_TIMEOUT"
    case emsSettle = "EMS_SETTLE"
    case emsCreateCustomers = "EMS_CREATE_CUSTOMERS"
    case emsAttributeOrderType = "EMS_ATTRIBUTE_ORDER_TYPE"
    case emsAttributeEndsWithTerm = "EMS_ATTRIBUTE_ENDS_WITH_TERM"
    case emsAttributeAutoRenew = "EMS_ATTRIBUTE_AUTO_RENEW"
    case ledgerURL = "LEDGER_URL"
    case ledgerRetention = "LEDGER_RETENTION"
    case httpHost = "HTTP_HOST"
    case httpPort = "HTTP_PORT"
    case topologyPrefix = "TOPOLOGY_PREFIX"
    case prefetch = "PREFETCH"
    case concurrency = "CONCURRENCY"
    case predecessorWait = "PREDECESSOR_WAIT"
    case shutdownGrace = "SHUTDOWN_GRACE"
    case confirmTimeout = "CONFIRM_TIMEOUT"
    case consumerTimeout = "CONSUMER_TIMEOUT"
    case parkedLimit = "PARKED_LIMIT"
    case parkedBytes = "PARKED_BYTES"
    case conversionWindow = "CONVERSION_WINDOW"
    case renewalGrace = "RENEWAL_GRACE"
    case businessTimeZone = "BUSINESS_TIME_ZONE"
    case maxMessageSize = "MAX_MESSAGE_SIZE"
    case logLevel = "LOG_LEVEL"

    /// `ems-url` for `EMS_URL`: the flag without its dashes.
    var flag: String { rawValue.lowercased().replacing("_", with: "-") }

    /// Whether it may hold a password; such a setting can also be given as a file, `EMS_PASSWORD_FILE`.
    var isSecret: Bool {
        switch self {
        case .amqpURL, .managementURL, .emsPassword, .emsClientSecret, .ledgerURL: true
        case .amqpCAFile, .amqpCertificateFile, .amqpKeyFile, .amqpAuthentication, .emsURL, .emsUsername, .emsTokenURL,
            .emsClientID, .emsTimeout, .emsSettle, .emsCreateCustomers, .emsAttributeOrderType,
            .emsAttributeEndsWithTerm, .emsAttributeAutoRenew, .ledgerRetention, .httpHost,
            .httpPort, .topologyPrefix, .prefetch, .concurrency, .predecessorWait, .shutdownGrace, .confirmTimeout,
            .consumerTimeout, .parkedLimit, .parkedBytes, .conversionWindow, .renewalGrace, .businessTimeZone,
            .maxMessageSize, .logLevel:
            false
        }
    }

    /// The value when nobody gives one; `nil` where there can't be a default.
    var defaultValue: String? {
        switch self {
        case .amqpURL: "amqp://guest:guest@127.0.0.1:5672/"
        case .amqpCAFile, .amqpCertificateFile, .amqpKeyFile: nil
        case .amqpAuthentication: "password"
        case .managementURL, .emsURL, .emsUsername, .emsPassword, .emsTokenURL, .emsClientID, .emsClientSecret: nil
        case .emsTimeout: "30s"
        case .emsSettle: "60s"
        case .emsCreateCustomers: "true"
        case .emsAttributeOrderType: "Order Type"
        case .emsAttributeEndsWithTerm: "Ends With Term"
        case .emsAttributeAutoRenew: "Auto Renew"
        case .ledgerURL: "sqlite:order-worker.sqlite"
        case .ledgerRetention: "30d"
        case .httpHost: "127.0.0.1"
        case .httpPort: "8080"
        case .topologyPrefix: "orders"
        case .prefetch: "200"
        case .concurrency: "64"
        case .predecessorWait: "30s"
        case .shutdownGrace: "25s"
        case .confirmTimeout: "15s"
        case .consumerTimeout: "30m"
        case .parkedLimit: "100000"
        case .parkedBytes: "1073741824"
        case .conversionWindow, .renewalGrace: "30d"
        case .businessTimeZone: "UTC"
        case .maxMessageSize: "1048576"
        case .logLevel: "info"
        }
    }

    /// What it means, for help and README.
    var meaning: String {
        switch self {
        case .amqpURL: "RabbitMQ: amqp://user:password@host:port/vhost, or amqps://"
        case .amqpCAFile: "authorities that amqps:// trusts, a PEM file; without it the system's"
        case .amqpCertificateFile: "client certificate for RabbitMQ, a PEM file"
        case .amqpKeyFile: "its private key, a PEM file without passphrase; may be the same file"
        case .amqpAuthentication:
            "password: user and password of AMQP_URL; certificate: the client certificate (EXTERNAL)"
        case .managementURL:
            "RabbitMQ's management API, for a deeper check of the topology: http://user:password@host:15672"
        case .emsURL: "Sentinel EMS up to and including the context: https://host/ems"
        case .emsUsername: "user for Basic authentication"
        case .emsPassword: "its password"
        case .emsTokenURL: "token endpoint for OAuth 2.0 client credentials, instead of user and password"
        case .emsClientID: "OAuth 2.0 client"
        case .emsClientSecret: "its secret"
        case .emsTimeout: "how long a call to EMS may take"
        case .emsSettle: "how long a write whose answer never came may still land"
        case .emsCreateCustomers: "whether unknown customers and contacts are created: true or false"
        case .emsAttributeOrderType: "custom attribute that says Trial or Subscription; none: it has none"
        case .emsAttributeEndsWithTerm: "custom attribute that says whether it ends with its term; none: it has none"
        case .emsAttributeAutoRenew: "custom attribute that keeps autoRenew; none: it has none"
        case .ledgerURL:
            "where the ledger is: sqlite:<path>, or postgres://user:password@host/database for many workers"
        case .ledgerRetention: "how long ended commands are kept"
        case .httpHost: "address for health, metrics and console"
        case .httpPort: "its port; 0 lets the system choose"
        case .topologyPrefix: "what the names of exchanges and queues begin with"
        case .prefetch: "unsettled deliveries per queue"
        case .concurrency: "calls to EMS in flight, at most; fewer while EMS is slow or answers 429"
        case .predecessorWait: "how long a premature command waits"
        case .shutdownGrace: "how long a shutdown may take before it ends hard"
        case .confirmTimeout: "how long a publish waits for its confirm"
        case .consumerTimeout: "RabbitMQ's consumer_timeout; no delivery is kept in hand for half of it"
        case .parkedLimit: "commands that may wait in the ledger before intake stops"
        case .parkedBytes: "bytes that their messages may have together before intake stops"
        case .conversionWindow: "how long after its end a trial can be converted"
        case .renewalGrace: "how long after its end a subscription can be renewed"
        case .businessTimeZone: "the time zone of today, such as Europe/Berlin"
        case .maxMessageSize: "the largest message, in bytes"
        case .logLevel: "trace, debug, info, notice, warning, error or critical"
        }
    }
}
