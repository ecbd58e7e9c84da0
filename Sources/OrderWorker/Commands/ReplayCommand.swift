import AMQP
import ArgumentParser
import Foundation
import OrderFulfilment
import RabbitMQ

extension DeadLettersCommand {
    /// The subcommand `order-worker dead-letters replay`.
    struct Replay: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send dead letters again: each opens a new round, which decides again.",
            discussion: """
                One at a time: the ledger opens the round, the message goes back to its queue and is confirmed, and then the
                letter is taken away. Killed anywhere, the same command goes on where it stopped and nothing runs twice.

                What later commands have superseded is refused. With --edit FILE (- for standard input) a command with other
                data and an id of its own goes in the letter's stead; FILE holds the data, or a whole event.

                  order-worker dead-letters replay --reason attempts-exhausted --plan
                  order-worker dead-letters replay SO-1005 --edit data.json

                Exit status: 0 when all that were meant are sent again, 1 when one is refused or none is meant.
                """
        )

        @OptionGroup var selection: LetterSelection
        @Flag(help: "Tell what would happen; write nothing.") var plan = false
        @Option(help: "File with other data for the command, or with a whole event; - for standard input.")
        var edit: String?
        @Option(help: "The id of the edited command; one made of the letter and the edit when not given.")
        var newID: String?
        @Option(help: "Why, for the records.") var why: String?
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            guard selection.isNarrow else {
                throw ValidationError("Say which: ids, --reason, --operation, or --all.")
            }
            guard edit == nil || selection.ids.count == 1 else { throw ValidationError("--edit needs exactly one id.") }
            guard newID == nil || edit != nil else { throw ValidationError("--new-id needs --edit.") }
        }

        func run() async throws {
            try await withExitCodes {
                let settings = try await options.withoutEMS()
                let edit = try edit.map { try LetterEdit(try Input.bytes(of: $0), newID: newID) }
                let session =
                    plan ? try await OperatorSession.reading(settings) : try await OperatorSession.open(settings)
                let report = LetterReport(isPlan: plan, isQuiet: json)
                do {
                    try await replay(settings, session, edit, report)
                } catch {
                    await session.close()
                    if json { try await JSONOutput.print(report.lines) }
                    throw error
                }
                await session.close()
                let lines = await report.lines
                if json { try JSONOutput.print(lines) }
                guard plan || lines.allSatisfy({ $0.action != "refuse" }) else { throw ExitCode.failure }
            }
        }

        private func replay(
            _ settings: WorkerSettings,
            _ session: OperatorSession,
            _ edit: LetterEdit?,
            _ report: LetterReport
        ) async throws {
            let publisher = RabbitMQPublisher(configuration: settings.broker, logger: Log.quiet)
            let replayer = Replayer(
                topology: OrderTopology(prefix: settings.topologyPrefix),
                translator: settings.translator,
                ledger: session.ledger,
                desk: session.desk,
                publisher: publisher,
                by: OperatorSession.operatorName,
                reason: why
            )
            let isPlan = plan
            let walk = LetterWalk(settings: settings, selection: selection, report: report, isPlan: isPlan)
            do {
                try await walk.run { letter in
                    let plan = try await replayer.plan(letter, edit: edit)
                    return isPlan ? plan : try await replayer.carryOut(plan, letter)
                }
            } catch {
                await publisher.close()
                throw error
            }
            await publisher.close()
        }
    }

    /// The subcommand `order-worker dead-letters discard`.
    struct Discard: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Throw dead letters away, for good; the ledger keeps who, when and why.",
            discussion: "Say which by their ids, or with --all and --reason."
        )

        @OptionGroup var selection: LetterSelection
        @Option(help: "Why, for the records.") var why: String?
        @Flag(help: "Print JSON.") var json = false
        @OptionGroup var options: SettingOptions

        func validate() throws {
            guard !selection.ids.isEmpty || (selection.all && selection.reason != nil) else {
                throw ValidationError("Say which by their ids, or with --all and --reason: this can't be undone.")
            }
        }

        func run() async throws {
            try await withExitCodes {
                let settings = try await options.withoutEMS()
                let report = LetterReport(isPlan: false, isQuiet: json)
                try await options.withLedger { session in
                    let publisher = NoPublisher()
                    let replayer = Replayer(
                        topology: OrderTopology(prefix: settings.topologyPrefix),
                        translator: settings.translator,
                        ledger: session.ledger,
                        desk: session.desk,
                        publisher: publisher,
                        by: OperatorSession.operatorName,
                        reason: why
                    )
                    let walk = LetterWalk(
                        settings: settings,
                        selection: selection,
                        report: report,
                        isPlan: false,
                        bringsBack: false
                    )
                    try await walk.run { try await replayer.carryOut(.discard, $0) }
                }
                if json { try await JSONOutput.print(report.lines) }
            }
        }
    }
}

/// For what publishes nothing.
private struct NoPublisher: Publisher {
    var status: PublisherStatus { PublisherStatus() }

    func publish(_ publishing: Publishing) async throws(PublishFailure) { throw .closed }

    func close() async {}
}
