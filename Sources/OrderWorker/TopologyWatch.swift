import AMQP
import Logging
import ServiceLifecycle
import Synchronization

/// Makes up for the comparison of the topology that a start without a broker could not have.
///
/// Until it has been made the worker isn't ready, and a difference keeps it from being ready until it is mended. Once the
/// topology has been found as required, each new connection declares it again, and this looks no more: its questions
/// show in RabbitMQ's log.
final class TopologyWatch: Service {
    private let check: TopologyCheck
    private let logger: Logger
    private let state: Mutex<String?>

    /// `isDone` when the start has compared already.
    init(check: TopologyCheck, isDone: Bool, logger: Logger) {
        self.check = check
        self.logger = logger
        state = Mutex(isDone ? nil : "RabbitMQ's topology has not been compared yet")
    }

    /// Why the worker isn't ready; `nil` when the topology is as required.
    var trouble: String? { state.withLock { $0 } }

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                var pause = 5.0
                if self.trouble != nil { pause = await self.compare() }
                try? await Task.sleep(for: .seconds(self.trouble == nil ? 3600 : pause))
            }
        }
    }

    /// Compares once; answers after how many seconds the next time comes.
    private func compare() async -> Double {
        do {
            let report = try await check.declareAndReport()
            for warning in report.warnings { logger.log(level: warning.level, "topology: \(warning)") }
            guard !report.isAsRequired else {
                state.withLock { $0 = nil }
                return 3600
            }
            let trouble = TopologyNotAsRequired(report: report).description
            logger.critical("\(trouble)")
            state.withLock { $0 = trouble }
            return 60
        } catch {
            // The connections say themselves that there is no broker.
            return 5
        }
    }
}
