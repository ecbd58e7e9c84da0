import AMQP
import ArgumentParser
import Foundation
import Instrumentation
import Logging
import Metrics
import NIOCore
import OperatorConsole
import OrderFulfilment
import RabbitMQ
import SentinelEMS
import ServiceLifecycle
import UnixSignals

/// The subcommand `order-worker run`.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Consume orders until SIGTERM or SIGINT; then finish what was begun and exit 0."
    )

    @OptionGroup var options: SettingOptions

    func run() async throws {
        try await withExitCodes {
            let settings = try WorkerSettings(try await options.values())
            let registry = MetricsRegistry()
            MetricsSystem.bootstrap(registry)
            InstrumentationSystem.bootstrap(W3CPropagator())
            let logger = Log.bootstrap(settings.logLevel)
            let isCompared = try await prepareTopology(settings, logger)
            let watch = TopologyWatch(check: TopologyCheck(settings: settings), isDone: isCompared, logger: logger)
            if let plan = CrashPoint.plan {
                logger.critical("this worker is made to crash, for a test", metadata: ["at": "\(plan)"])
            }
            let access = OperatorAccess(ledgerPath: settings.ledgerPath)
            let token = OperatorAccess.newToken()
            let worker = try await Worker.build(
                settings,
                watch,
                registry: registry,
                logger: logger,
                operatorToken: token
            ) { port in
                logger.notice("listening", metadata: ["url": "http://\(settings.httpHost):\(port)"])
                do {
                    try access.grant(host: settings.httpHost, port: port, token: token)
                } catch {
                    logger.error("operators can't change anything", metadata: ["reason": "\(error)"])
                }
            }
            defer { access.withdraw() }
            await reportEMS(worker, settings, logger)
            logger.notice("running", metadata: ["broker": "\(settings.amqp)", "prefix": "\(settings.topologyPrefix)"])
            do {
                try await run(worker, settings, logger)
            } catch {
                await worker.gateway.shutdown()
                throw error
            }
            await worker.gateway.shutdown()
            logger.notice("ended in order")
        }
    }

    /// Once, at the start: what is missing is declared, and a difference is a wrong configuration.
    ///
    /// A broker that isn't there yet may come; what differs then keeps the worker from being ready.
    /// Answers whether it could be compared.
    private func prepareTopology(_ settings: WorkerSettings, _ logger: Logger) async throws -> Bool {
        let report: TopologyReport
        do {
            report = try await TopologyCheck(settings: settings).declareAndReport()
        } catch let failure {
            logger.error("RabbitMQ isn't there yet, trying again until it is", metadata: ["reason": "\(failure)"])
            return false
        }
        for warning in report.warnings { logger.log(level: warning.level, "topology: \(warning)") }
        guard report.isAsRequired else { throw TopologyNotAsRequired(report: report) }
        return true
    }

    private func reportEMS(_ worker: Worker, _ settings: WorkerSettings, _ logger: Logger) async {
        guard let ems = settings.ems else { return }
        do {
            try await worker.gateway.availability()
        } catch {
            logger.error(
                "EMS doesn't answer yet; orders wait until it does",
                metadata: ["url": "\(ems.url)", "reason": "\(error)"]
            )
        }
    }

    private func run(_ worker: Worker, _ settings: WorkerSettings, _ logger: Logger) async throws {
        var configuration = ServiceGroupConfiguration(
            services: worker.services.map { .init(service: $0) },
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        configuration.maximumGracefulShutdownDuration = .seconds(settings.shutdownGrace)
        HardStop.arm(after: settings.shutdownGrace + 2)
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch let error as IOError {
            // Of the services only the console throws these: its port is taken, or not for this account.
            throw CommandFailure(
                description: "can't listen on \(settings.httpHost):\(settings.httpPort) (\(error.description)). "
                    + "Set HTTP_HOST and HTTP_PORT to an address of this machine and a free port; port 0 lets the system choose."
            )
        }
    }
}

extension TopologyWarning {
    /// What nobody can tell is no news; what is there, is.
    var level: Logger.Level {
        switch kind {
        case .notCompared, .unknown: .info
        case .unwanted, .condition: .warning
        }
    }
}

/// Logging of the process: to standard error, one line an entry.
enum Log {
    static func bootstrap(_ level: Logger.Level) -> Logger {
        LoggingSystem.bootstrap { label in
            var handler = StreamLogHandler.standardError(label: label)
            handler.logLevel = level
            return handler
        }
        return Logger(label: "order-worker")
    }
}
