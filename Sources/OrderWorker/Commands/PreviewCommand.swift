import ArgumentParser
import Foundation
import OrderFulfilment
import OrderMessages
import SentinelEMS
import SubscriptionLifecycle

/// The subcommand `order-worker preview`.
struct PreviewCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "preview",
        abstract: "Tell what would become of a command, without a broker and without writing anything anywhere.",
        discussion: """
            FILE holds a whole CloudEvents event, or with --operation only its data; - reads standard input. The command is
            decided by the worker's own rules: each guard with what it observed and requires, what changes, and the exact
            calls to EMS. EMS and the ledger are only read; with --snapshot neither is.

              order-worker preview order.json --save snapshot.json
              order-worker preview order.json --snapshot snapshot.json

            Exit status: 0 when it would succeed, 1 when it would be rejected, dead-lettered, or would still wait.
            """
    )

    @Argument(help: "File with the event or the data; - for standard input.") var file: String?
    @Option(help: "The operation; with it, FILE and --data hold only the data of the command.") var operation: String?
    @Option(help: "The data of the command, as JSON.") var data: String?
    @Option(help: "Decide on what was looked up before and saved here, in place of EMS and the ledger.")
    var snapshot: String?
    @Option(help: "Decide as on that day (YYYY-MM-DD); today when not given, or the day of the snapshot.")
    var today: String?
    @Option(help: "Keep what was looked up in this file, for --snapshot.") var save: String?
    @Flag(help: "Print JSON.") var json = false
    @OptionGroup var options: SettingOptions

    func validate() throws {
        guard (file == nil) != (data == nil) else { throw ValidationError("Give either a file or --data.") }
        guard data == nil || operation != nil else { throw ValidationError("--data needs --operation.") }
        if let operation, OrderOperation(rawValue: operation)?.isRead ?? true {
            let all = OrderOperation.allCases.filter { !$0.isRead }.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is nothing to preview of '\(operation)'. Operations: \(all).")
        }
        if let today, LocalDate(today) == nil { throw ValidationError("--today must be a day: YYYY-MM-DD.") }
        guard snapshot == nil || save == nil else {
            throw ValidationError("--save keeps what was looked up; --snapshot looks nothing up.")
        }
    }

    func run() async throws {
        try await withExitCodes {
            let values = try await options.values()
            let draft = try PreviewDraft(file: file, data: data, operation: operation)
            // What would be dead-lettered would never come to EMS.
            var settings = try WorkerSettings(values, needsEMS: false)
            let order: Order
            do throws(Poison) {
                order = try draft.order(settings)
            } catch {
                try tell(json ? PreviewDocument.json(error).prettyText : PreviewText.lines(error))
                throw ExitCode.failure
            }
            guard case .change(let command) = order.command else {
                throw ValidationError("There is nothing to preview of \(order.operation.rawValue): it only reads.")
            }
            if snapshot == nil { settings = try WorkerSettings(values) }
            let session = PreviewSession(settings: settings)
            let seen = try await look(session, command)
            if let save { try write(seen, to: save) }
            let report = try session.report(on: order, command, seen, today: today.flatMap { LocalDate($0) })
            for warning in report.warnings { Output.warning(warning) }
            try tell(json ? PreviewDocument.json(report).prettyText : PreviewText.lines(report))
            guard case .change = report.preview.examination.verdict else { throw ExitCode.failure }
        }
    }

    private func look(_ session: PreviewSession, _ command: ChangeCommand) async throws -> SavedSnapshot {
        guard let snapshot else { return try await session.look(command) }
        let bytes = try Input.bytes(of: snapshot)
        let saved: SavedSnapshot
        do {
            saved = try SavedSnapshot(json: try JSONReader.read(bytes))
        } catch let error as SchemaViolation {
            throw CommandFailure(description: "\(snapshot) is no saved snapshot: \(error.path): \(error.message)")
        } catch {
            throw CommandFailure(description: "\(snapshot) is no saved snapshot: \(error)")
        }
        guard saved.subscriptionID == command.subscriptionID else {
            throw CommandFailure(
                description:
                    "\(snapshot) is about \(saved.subscriptionID), and the command about \(command.subscriptionID)"
            )
        }
        return saved
    }

    private func write(_ seen: SavedSnapshot, to path: String) throws {
        do {
            try Data(seen.json.prettyText.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw CommandFailure(description: "\(path) can't be written: \(error.systemReason)")
        }
    }

    private func tell(_ text: String) throws {
        Output.line(text.last == "\n" ? String(text.dropLast()) : text)
    }
}
