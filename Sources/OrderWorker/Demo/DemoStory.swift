import Foundation
import OrderFulfilment
import RabbitMQ
import SubscriptionLifecycle

/// Performs the story: publishes each command as a commerce system would, waits for its outcome event, prints a row.
enum DemoStory {
    static func perform(on stage: DemoStage) async throws {
        let client = try await OrderClient.connect(stage.settings)
        let book = OutcomeBook()
        let outcomes = client.outcomes
        let listener = Task { for await outcome in outcomes { await book.add(outcome.view, outcome.text) } }
        let table = DemoTable(isColourful: isatty(STDOUT_FILENO) == 1)
        Output.line(table.header)
        var waiting: [(scene: DemoScene, start: ContinuousClock.Instant)] = []
        var known: [String: String] = [:]
        for scene in DemoScene.story(today: Timekeeper.system(timeZone: stage.settings.businessTimeZone).today()) {
            if let chapter = scene.chapter { Output.line(table.chapter(chapter)) }
            let start = ContinuousClock.now
            let draft = try CommandDraft(
                operation: scene.operation,
                data: scene.data,
                id: scene.id,
                source: "/shop",
                dryRun: false
            )
            try await client.publish(draft.body, operation: draft.operation, messageID: scene.id)
            waiting.append((scene, start))
            guard !scene.hurry else { continue }
            // What came in a hurry ends after what it waited for.
            for (scene, start) in waiting.reversed() {
                let (view, text) = try await book.next(of: scene.id)
                let isSame = known.updateValue(text, forKey: scene.id) == text
                Output.line(table.row(scene, view, took: ContinuousClock.now - start, isSame: isSame))
            }
            waiting = []
        }
        listener.cancel()
        await client.close()
        Output.line(try await epilogue(stage, table))
    }

    /// What is left: dead letters in their queue, and the conservation law.
    private static func epilogue(_ stage: DemoStage, _ table: DemoTable) async throws -> String {
        let letters = try await RabbitMQAdministration(configuration: stage.settings.broker, logger: Log.quiet)
            .queueDepth(OrderTopology(prefix: stage.settings.topologyPrefix).deadLetter)
        let deliveries = await stage.metric("order_worker_deliveries_total") ?? 0
        let inFlight = await stage.metric("order_worker_in_flight") ?? 0
        let claimed = await stage.metric("order_worker_ledger_claimed") ?? 0
        let ended = await stage.metric("order_worker_ledger_ended") ?? 0
        return table.footer(
            "\(deliveries) deliveries, \(inFlight) in flight; ledger: \(claimed) commands claimed, \(ended) ended; "
                + "\(letters.messages) in the dead-letter queue"
        )
    }
}

/// The outcomes that came, waiting to be asked for.
private actor OutcomeBook {
    private var outcomes: [String: [(OutcomeView, String)]] = [:]
    private var arrivals = 0

    func add(_ view: OutcomeView, _ text: String) {
        // A sync's items only lead up to its outcome.
        guard !view.type.hasSuffix(".entitlement.v1") else { return }
        outcomes[view.data.command.id, default: []].append((view, text))
        arrivals += 1
    }

    /// The next outcome of a command.
    func next(of id: String) async throws -> (OutcomeView, String) {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            if let next = outcomes[id]?.first {
                outcomes[id]?.removeFirst()
                return next
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw CommandFailure(description: "no outcome of \(id) within 60 s")
    }
}
