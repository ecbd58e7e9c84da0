import AMQP
import Foundation
import Logging
import OperatorConsole
import OrderFulfilment
import OrderMessages
import RabbitMQ
import SentinelEMS
import ServiceLifecycle
import SubscriptionLifecycle

/// The composition root: the only place that constructs clients.
struct Worker {
    let consumer: OrderConsumer
    let gateway: SentinelEntitlementGateway
    let services: [any Service]

    /// Builds the worker of those settings over real adapters.
    ///
    /// Connecting begins here; deliveries wait, within their prefetch, until the services run.
    static func build(
        _ settings: WorkerSettings,
        _ watch: TopologyWatch,
        registry: MetricsRegistry,
        logger: Logger,
        operatorToken: String? = nil,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) async throws -> Worker {
        guard let ems = settings.ems else {
            throw SettingError(key: .emsURL, value: nil, allowed: SettingKey.emsURL.meaning)
        }
        let topology = OrderTopology(prefix: settings.topologyPrefix)
        let ledger = try await settings.ledger.open(for: settings, logger: logger)
        let timekeeper = Timekeeper.system(timeZone: settings.businessTimeZone)
        let capacity = EMSCapacity(maximum: settings.concurrency, uptime: timekeeper.uptime)
        let gateway = try ems.gateway(
            concurrency: settings.concurrency,
            policies: settings.policies,
            logger: logger,
            capacity: capacity
        )
        let configuration = settings.broker
        // Every publishing that finds no way asks for it, perhaps hundreds at once.
        let declaring = SharedAttempt {
            do {
                try await RabbitMQAdministration(configuration: configuration, logger: logger)
                    .declare(topology.topology)
            } catch {
                logger.warning("topology not declared", metadata: ["reason": "\(error)"])
            }
        }
        let consumer = OrderConsumer(
            source: RabbitMQConsumer(
                configuration: configuration,
                subscriptions: topology.consumedQueues.map { .init(queue: $0, prefetch: Prefetch(settings.prefetch)) },
                topology: topology.topology,
                logger: logger
            ),
            publisher: RabbitMQPublisher(configuration: configuration, topology: topology.topology, logger: logger),
            ledger: ledger,
            gateway: gateway,
            lifecycle: Lifecycle(policies: settings.policies),
            topology: topology,
            translator: Translator(
                maximumMessageSize: settings.maxMessageSize,
                topologyPrefix: settings.topologyPrefix
            ),
            settings: LineSettings(
                confirmTimeout: settings.confirmTimeout,
                workerName: settings.workerName,
                concurrency: settings.concurrency,
                consumerTimeout: settings.consumerTimeout,
                parkedBound: ParkedBound(commands: settings.parkedLimit, bytes: settings.parkedBytes)
            ),
            retrySchedule: .ofProcess(),
            predecessorWait: settings.predecessorWait,
            timekeeper: timekeeper,
            capacity: capacity,
            declareTopology: declaring.run,
            topologyTrouble: { watch.trouble },
            logger: logger
        )
        let console = OperatorConsole(
            consumer: consumer,
            registry: registry,
            topologyPrefix: settings.topologyPrefix,
            operatorToken: operatorToken
        )
        .application(
            ConsoleConfiguration(host: settings.httpHost, port: settings.httpPort),
            logger: logger,
            onListening: onListening
        )
        let retention = RetentionService(ledger: ledger, seconds: settings.ledgerRetention, logger: logger)
        // Shut down in reverse order: the line runs dry while health and metrics can still be read.
        return Worker(consumer: consumer, gateway: gateway, services: [console, retention, watch, consumer])
    }
}

extension WorkerSettings.EMSSettings {
    /// The gateway to that EMS; shut it down after use.
    func gateway(
        concurrency: Int,
        policies: LifecyclePolicies,
        logger: Logger,
        capacity: EMSCapacity? = nil
    ) throws(EMSConfigurationProblem) -> SentinelEntitlementGateway {
        var configuration = try EMSConfiguration(baseURL: url, credentials: credentials)
        configuration.timeout = .seconds(timeout)
        configuration.settle = .seconds(settle)
        configuration.concurrency = concurrency
        configuration.attributeNames = policies.attributeNames
        configuration.createsCustomers = createsCustomers
        configuration.createsContacts = createsCustomers
        return SentinelEntitlementGateway(configuration: configuration, logger: logger, capacity: capacity)
    }
}

extension WorkerSettings {
    /// How RabbitMQ is reached.
    var broker: RabbitMQConfiguration {
        RabbitMQConfiguration(
            address: amqp,
            connectionName: workerName,
            confirmTimeout: .seconds(confirmTimeout),
            tls: tls,
            authentication: authentication
        )
    }

    /// Names this process for operators: in the broker's list of connections and in dead letters.
    var workerName: String {
        "order-worker@\(ProcessInfo.processInfo.hostName)#\(ProcessInfo.processInfo.processIdentifier)"
    }
}
