import AMQP
import ArgumentParser
import Foundation
import OrderMessages
import RabbitMQ

/// The subcommand `order-worker conform`: for teams who write publishers and subscribers.
struct ConformCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conform",
        abstract: "Grade a publisher or a subscriber against the contract.",
        subcommands: [Publisher.self, Subscriber.self]
    )

    struct Publisher: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Listen to what a publisher sends, and grade it.",
            discussion: """
                Listens on a queue of its own, which gets copies and goes away again; the worker's queues are not touched.

                  order-worker conform publisher --messages 20
                  order-worker conform publisher --exchange shop.try --declare --for 5m

                Exit status: 0 when the publisher conforms, 1 when it doesn't or nothing came.
                """
        )

        @Option(name: .customLong("for"), help: "How long to listen: 30s, 5m.") var time = "60s"
        @Option(help: "End after that many messages.") var messages: Int?
        @Option(help: "A direct exchange to listen to; the worker's when not given.") var exchange: String?
        @Flag(help: "Make the exchange while listening, and take it away afterwards.") var declare = false
        @Flag(help: "Hints count as failures.") var strict = false
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            _ = try conformSeconds(time)
            guard messages.map({ $0 > 0 }) ?? true else { throw ValidationError("--messages must be at least 1.") }
            guard !declare || exchange != nil else { throw ValidationError("--declare needs --exchange.") }
        }

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let listener = try await PublisherListener.open(settings, exchange: exchange, declares: declare)
                Output.note(
                    "listening to \(listener.exchange) for \(time)\(messages.map { " or \($0) messages" } ?? "")"
                )
                let messages = messages
                let grade = await listener.grade(
                    PublisherGrade(translator: settings.translator),
                    for: try conformSeconds(time)
                ) { grade in
                    messages.map { grade.received >= $0 } ?? false
                }
                await listener.close()
                try Conformance.tell(grade.report(isStrict: strict), asJSON: json)
            }
        }
    }
}

extension ConformCommand {
    struct Subscriber: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Feed a subscriber with duplicated, reordered and future outcomes, and grade what it makes of them.",
            discussion: """
                The events go to an exchange of their own, <prefix>.conform.events, which real subscribers don't hear; bind the
                queue of the subscriber to it, or name its queue. Its answer are JSON lines, in any order:

                  {"subscriptionId": "S", "version": 3, "state": "active"}   for each subscription as it has it
                  {"applied": "<event id>"}                                  each time an event took effect

                  order-worker conform subscriber --answer-command 'sqlite3 shop.db < answer.sql'
                  order-worker conform subscriber --queue shop.events --answer answer.jsonl

                Exit status: 0 when the subscriber conforms, 1 when it doesn't or nobody listens.
                """
        )

        @Option(
            name: .customLong("answer-command"),
            help: "A shell command that prints the answer; it is asked until it has the last event."
        )
        var answerCommand: String?
        @Option(help: "A file with the answer, read until it has the last event; - for standard input, read once.")
        var answer: String?
        @Option(help: "The topic exchange to publish to; one is made for the run when neither it nor --queue is given.")
        var exchange: String?
        @Option(help: "The subscriber's queue: watched, and without --exchange fed directly.") var queue: String?
        @Option(help: "The order of the events; a new one when not given.") var seed: UInt64?
        @Option(name: .customLong("for"), help: "How long it may take: 30s, 5m.") var time = "60s"
        @Flag(help: "Hints count as failures.") var strict = false
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            _ = try conformSeconds(time)
            guard (answer == nil) != (answerCommand == nil) else {
                throw ValidationError("Say where the answer comes from: either --answer-command or --answer.")
            }
        }

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let own = exchange == nil && queue == nil
                let way = SubscriberFeed.Way(
                    exchange: exchange.map(ExchangeName.init)
                        ?? (own ? ExchangeName("\(settings.topologyPrefix).conform.events") : nil),
                    isOwn: own,
                    queue: queue.map(QueueName.init)
                )
                let seed = seed ?? UInt64.random(in: 1...999_999)
                let run = UUID().uuidString.prefix(8).lowercased()
                let scenario = SubscriberScenario(seed: seed, run: run)
                let feed = try await SubscriberFeed.open(settings, way, within: try conformSeconds(time))
                do {
                    let report = try await grade(feed, scenario, seed: seed)
                    await feed.close()
                    try Conformance.tell(report, asJSON: json)
                } catch {
                    await feed.close()
                    throw error
                }
            }
        }

        private func grade(
            _ feed: SubscriberFeed,
            _ scenario: SubscriberScenario,
            seed: UInt64
        ) async throws -> ConformReport {
            let target = feed.way.exchange.map { "the exchange \($0)" } ?? "the queue \(queue ?? "")"
            Output.note("publishing to \(target), with --seed \(seed), subscriptions \(scenario.prefix)…")
            let delivered = try await feed.publish(scenario.events)
            Output.note("published \(delivered.count) events; waiting for the answer")
            let source: AnswerSource =
                if let answerCommand { .command(answerCommand) } else if let answer, answer != "-" {
                    .file(answer)
                } else {
                    .standardInput
                }
            let answer = try await feed.answer(from: source, last: scenario.last)
            let grade = SubscriberGrade(
                scenario: scenario,
                delivered: delivered,
                answer: answer,
                queue: try await feed.depth()
            )
            return grade.report(isStrict: strict)
        }
    }
}

/// What both halves share.
enum Conformance {
    /// Prints the report; one that doesn't conform becomes exit status 1.
    static func tell(_ report: ConformReport, asJSON: Bool) throws {
        if asJSON { try JSONOutput.print(report) } else { Output.line("\(report)") }
        guard report.conforms else { throw ExitCode.failure }
    }
}

/// A duration of a flag, as settings spell them.
private func conformSeconds(_ text: String) throws -> Double {
    guard let seconds = DurationText.seconds(text), seconds > 0 else {
        throw ValidationError("--for is \(text); it must be a duration longer than zero, such as 30s or 5m.")
    }
    return seconds
}
