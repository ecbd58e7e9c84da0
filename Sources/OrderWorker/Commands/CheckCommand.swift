import AMQP
import ArgumentParser
import Foundation
import Logging
import OrderFulfilment
import RabbitMQ
import SentinelEMS

/// The subcommand `order-worker check`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check configuration, broker, topology, EMS and ledger.",
        discussion: "Ends with 0 when all is well, with 78 when the topology differs, otherwise with 1."
    )

    @OptionGroup var options: SettingOptions
    @Flag(help: "Print JSON.") var json = false

    private struct Finding: Encodable {
        var what: String
        var ok: Bool
        var detail: String
        var topology: TopologyReportView?
    }

    func run() async throws {
        try await withExitCodes {
            let settings = try WorkerSettings(try await options.values())
            let findings = [
                await checkTopology(settings), await checkEMS(settings), await checkLedger(settings),
            ]
            if json {
                try JSONOutput.print(findings)
            } else {
                for finding in findings {
                    Output.line("\(finding.ok ? "ok  " : "FAIL") \(finding.what): \(finding.detail)")
                }
                for warning in findings.flatMap({ $0.topology?.warnings ?? [] }) { Output.warning(warning.text) }
            }
            if findings.contains(where: { $0.topology?.ok == false }) { throw ExitCode.wrongConfiguration }
            if findings.contains(where: { !$0.ok }) { throw ExitCode.failure }
        }
    }

    private func checkTopology(_ settings: WorkerSettings) async -> Finding {
        let what = "RabbitMQ at \(settings.amqp.host):\(settings.amqp.port)"
        do {
            let session = try await RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet)
                .tlsSession()
            let report = try await TopologyCheck(settings: settings).report()
            let broker =
                (report.product.map { "\($0) answers" } ?? "answers") + (session.map { "; \($0)" } ?? "; not encrypted")
            return Finding(
                what: what,
                ok: report.isAsRequired,
                detail: report.isAsRequired
                    ? "\(broker), the topology \(settings.topologyPrefix) is as required"
                    : "\(TopologyNotAsRequired(report: report))",
                topology: TopologyReportView(report)
            )
        } catch {
            return Finding(what: what, ok: false, detail: "\(error)")
        }
    }

    private func checkEMS(_ settings: WorkerSettings) async -> Finding {
        guard let ems = settings.ems else { return Finding(what: "EMS", ok: false, detail: "not configured") }
        let what = "EMS at \(ems.url)"
        do {
            let gateway = try ems.gateway(concurrency: 1, policies: settings.policies, logger: Log.quiet)
            var problem: String?
            do {
                // Nothing has that id; an answer at all means that the credentials are taken.
                _ = try await gateway.entitlement(withID: "order-worker-check")
            } catch {
                problem = "\(error)"
            }
            await gateway.shutdown()
            return Finding(what: what, ok: problem == nil, detail: problem ?? "answers, and takes the credentials")
        } catch {
            return Finding(what: what, ok: false, detail: "\(error)")
        }
    }

    private func checkLedger(_ settings: WorkerSettings) async -> Finding {
        let what = "ledger \(settings.ledger)"
        do {
            guard try await settings.ledger.examine() else {
                return Finding(what: what, ok: true, detail: "not there yet; run makes it")
            }
            let statistics = try await settings.ledger.reader().statistics()
            return Finding(what: what, ok: true, detail: "\(statistics.claimed) commands, \(statistics.ended) ended")
        } catch {
            return Finding(what: what, ok: false, detail: "\(error)")
        }
    }
}
