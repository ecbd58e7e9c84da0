import AMQP

/// What the management API says about one virtual host, at one time.
struct ManagementSnapshot: Hashable, Sendable {
    struct Overview: Hashable, Sendable, Decodable {
        var product_name: String?
        var product_version: String?
        var rabbitmq_version: String?
    }

    struct Exchange: Hashable, Sendable, Decodable {
        var name: String
        var type: String
        var durable: Bool
        var auto_delete: Bool
        var `internal`: Bool
        var arguments: ManagementArguments
    }

    struct Queue: Hashable, Sendable, Decodable {
        var name: String
        var durable: Bool
        var auto_delete: Bool
        var exclusive: Bool?
        var arguments: ManagementArguments
        /// Absent until the first statistics have come.
        var consumers: Int?
        /// The nodes of a quorum queue.
        var members: [String]?
        var type: String?
    }

    struct Binding: Hashable, Sendable, Decodable {
        var source: String
        var destination: String
        var destination_type: String
        var routing_key: String
        var arguments: ManagementArguments
        var properties_key: String?
    }

    struct Policy: Hashable, Sendable, Decodable {
        enum CodingKeys: String, CodingKey {
            case name, pattern, definition, priority
            case appliesTo = "apply-to"
        }

        var name: String
        var pattern: String
        var appliesTo: String
        var definition: ManagementArguments
        var priority: Int
    }

    struct FeatureFlag: Hashable, Sendable, Decodable {
        var name: String
        var state: String
    }

    struct Permissions: Hashable, Sendable, Decodable {
        var configure: String
        var write: String
        var read: String
    }

    struct Alarms: Hashable, Sendable, Decodable {
        var status: String
        var reason: String?
    }

    var overview = Overview()
    var exchanges: [Exchange] = []
    var queues: [Queue] = []
    var bindings: [Binding] = []
    var policies: [Policy] = []
    var operatorPolicies: [Policy] = []
    /// `nil` when only an administrator may know.
    var featureFlags: [FeatureFlag]?
    /// `nil` when only an administrator may know.
    var permissions: Permissions?
    var alarms: Alarms?

    var product: BrokerProduct? {
        guard let version = overview.rabbitmq_version ?? overview.product_version else { return nil }
        return BrokerProduct(name: overview.product_name ?? "RabbitMQ", version: version)
    }
}
