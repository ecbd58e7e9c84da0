import ArgumentParser
import OrderMessages

extension ContractsCommand {
    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read one command a line (structured mode), print one verdict a line; offline.",
            discussion: """
                A verdict names its line; empty lines are counted, but have none.
                Exit status: 0 when every line is valid, 1 when one is not or they can't be read.
                """
        )

        @Argument(help: "A file; standard input when not given, or -.") var file: String?
        @Flag(help: "Print JSON, which it does anyway.") var json = false

        func validate() throws {
            guard file?.isEmpty != true else {
                throw ValidationError("The file must not be empty; - is standard input.")
            }
        }

        func run() async throws {
            try await withExitCodes {
                let input = try Input(file ?? "-")
                var verdicts = LineVerdicts()
                // What is there is judged at once, so that a person or a program can go on typing.
                while !Output.isLost, case let piece = try input.piece(), !piece.isEmpty {
                    for verdict in verdicts.take(piece) { Output.line(verdict.compactText) }
                }
                if let verdict = verdicts.end() { Output.line(verdict.compactText) }
                if let hint = verdicts.hint(about: input.name) { Output.note("order-worker: \(hint)") }
                guard verdicts.areAllValid else { throw ExitCode.failure }
            }
        }
    }
}
