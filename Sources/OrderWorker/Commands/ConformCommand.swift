import AMQP
import ArgumentParser
import Foundation
import OrderFulfilment
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
                Every operation's queue must exist, for a command without one would reach the listener alone and be lost.
                AMQP doesn't show whether they are bound: order-worker topology apply binds them.

                  order-worker conform publisher --messages 20
                  order-worker conform publisher --exchange shop.try --declare --for 5m

                Exit status: 0 when the publisher conforms, 1 when it doesn't or nothing came.
                """
        )

        @Option(name: .customLong("for"), help: "How long to listen: 30s, 5m.") var time = "60s"
        @Option(help: "End after that many messages.") var messages: Int?
        @Option(help: "A direct exchange to listen to; the worker's when not given.") var exchange: String?
        @Flag(help: "Make the exchange, which must not be there yet, and take it away afterwards.") var declare = false
        @Flag(help: "Hints count as failures.") var strict = false
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            _ = try conformSeconds(time)
            guard messages.map({ $0 > 0 }) ?? true else { throw ValidationError("--messages must be at least 1.") }
            guard !declare || exchange != nil else { throw ValidationError("--declare needs --exchange.") }
            try refuseEmpty(exchange, "--exchange")
        }

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                let (exchange, declare, time, messages) = (exchange, declare, time, messages)
                let grade = try await Interruptible.cancels {
                    let listener = try await PublisherListener.open(settings, exchange: exchange, declares: declare)
                    Output.note(
                        "listening to \(listener.exchange) for \(time)\(messages.map { " or \($0) messages" } ?? "")"
                    )
                    let grade = await listener.grade(
                        PublisherGrade(translator: settings.translator),
                        for: try conformSeconds(time)
                    ) { grade in
                        messages.map { grade.received >= $0 } ?? false
                    }
                    await Interruptible.evenSo { await listener.close() }
                    return grade
                }
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
                queue of the subscriber to it, or name its queue. An exchange that the run made goes with it unless queues are
                bound to it; the worker's own exchanges and queues are refused. Its answer are JSON lines, in any order:

                  {"subscriptionId": "S", "version": 3, "state": "active"}   for each subscription as it has it
                  {"applied": "<event id>"}                                  each time an event took effect

                  order-worker conform subscriber --answer-command 'sqlite3 shop.db < answer.sql'
                  order-worker conform subscriber --queue shop.events --answer answer.jsonl

                Exit status: 0 when the subscriber conforms, 1 when it doesn't or nobody listens.
                """
        )

        @Option(
            name: .customLong("answer-command"),
            help: "A shell command that prints the answer; it is asked until it has the last event, and has settled."
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
            for (value, flag) in [
                (exchange, "--exchange"), (queue, "--queue"), (answer, "--answer"), (answerCommand, "--answer-command"),
            ] {
                try refuseEmpty(value, flag)
            }
        }

        func run() async throws {
            try await withExitCodes {
                let settings = try WorkerSettings(try await options.values(), needsEMS: false)
                try source.refuseUnreadable()
                let seed = seed ?? UInt64.random(in: 1...999_999)
                let run = UUID().uuidString.prefix(8).lowercased()
                let grading = SubscriberGrading(
                    way: try way(settings),
                    seconds: try conformSeconds(time),
                    source: source,
                    scenarios: SubscriberScenario.all(seed: seed, run: run)
                )
                let target = grading.way.exchange.map { "the exchange \($0)" } ?? "the queue \(queue ?? "")"
                let told = "publishing to \(target), with --seed \(seed), subscriptions conform-\(run)-…"
                let grade = try await Interruptible.cancels { try await grading.grade(settings, telling: told) }
                try Conformance.tell(grade.report(isStrict: strict), asJSON: json)
            }
        }

        private func way(_ settings: WorkerSettings) throws -> SubscriberFeed.Way {
            let topology = OrderTopology(prefix: settings.topologyPrefix)
            let (exchanges, queues) = (
                "real subscribers would hear events that never happened",
                "the worker would take the events for commands"
            )
            try topology.leavesAlone(exchange, flag: "--exchange", because: exchanges)
            try topology.leavesAlone(queue, flag: "--queue", because: queues)
            let isOwn = exchange == nil && queue == nil
            return SubscriberFeed.Way(
                exchange: exchange.map(ExchangeName.init) ?? (isOwn ? topology.conformanceEvents : nil),
                isOwn: isOwn,
                queue: queue.map(QueueName.init)
            )
        }

        private var source: AnswerSource {
            if let answerCommand { return .command(answerCommand) }
            guard let answer, answer != "-" else { return .standardInput }
            return .file(answer)
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

/// A name that a script left empty would be the default exchange, or nothing at all.
private func refuseEmpty(_ value: String?, _ flag: String) throws {
    guard value?.isEmpty != true else { throw ValidationError("\(flag) must not be empty.") }
}

/// A duration of a flag, as settings spell them.
private func conformSeconds(_ text: String) throws -> Double {
    guard let seconds = DurationText.seconds(text), seconds > 0 else {
        throw ValidationError("--for is \(text); it must be a duration longer than zero, such as 30s or 5m.")
    }
    return seconds
}
