import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import RabbitMQ

/// Goes through the dead-letter queue and does something about those that were selected, one at a time.
struct LetterWalk {
    let settings: WorkerSettings
    let selection: LetterSelection
    let report: LetterReport
    /// Nothing is written.
    let isPlan: Bool
    /// Whether what is done may bring a command back as a dead letter while the walk goes on.
    var bringsBack = true

    /// `handle` answers with the plan as it was carried out; what it doesn't refuse is acknowledged then, and only then.
    func run(_ handle: @escaping @Sendable (KeptLetter) async throws -> LetterPlan) async throws {
        let topology = OrderTopology(prefix: settings.topologyPrefix)
        let translator = settings.translator
        let (selection, report, isPlan, bringsBack) = (selection, report, isPlan, bringsBack)
        try await RabbitMQAdministration(configuration: settings.broker, logger: Log.quiet)
            .sift(topology.deadLetter, limit: 1_000_000) { message in
                let letter = KeptLetter(message, translator)
                guard selection.includes(letter) else { return .leave }
                if bringsBack, await !report.meets(letter) { return .leave }
                guard await report.lines.count < selection.limit else { return .stop }
                do {
                    let plan = try await handle(letter)
                    await report.add(letter, plan)
                    if case .refuse = plan { return .leave }
                    return isPlan ? .leave : .take
                } catch {
                    await report.stop(error)
                    return .stop
                }
            }
        if let failure = await report.failure { throw failure }
        guard await !report.lines.isEmpty else { throw CommandFailure(description: "no dead letter is meant by that") }
    }
}

extension WorkerSettings {
    /// Understands messages as this worker does.
    var translator: Translator { Translator(maximumMessageSize: maxMessageSize, topologyPrefix: topologyPrefix) }
}
