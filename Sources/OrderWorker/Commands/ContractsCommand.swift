import ArgumentParser
import Foundation
import OrderFulfilment
import OrderMessages

/// The subcommand `order-worker contracts`.
struct ContractsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "contracts",
        abstract: "Schemas, AsyncAPI, lifecycle, codes and topology, from the code that runs.",
        subcommands: [Export.self, Check.self, Validate.self]
    )

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write them below a folder.")

        @Argument(help: "The folder.") var folder: String

        func run() async throws {
            try await withExitCodes {
                let documents = try PublishedContracts.documents()
                for document in documents {
                    let url = URL(fileURLWithPath: folder).appending(path: document.path)
                    try FileManager.default.createDirectory(
                        at: url.deletingLastPathComponent(),
                        withIntermediateDirectories: true
                    )
                    try Data(document.text.utf8).write(to: url)
                }
                print("wrote \(documents.count) documents below \(folder)")
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare a folder with them; exit 1 with every difference, and what is missing or left over."
        )

        @Argument(help: "The folder.") var folder = "Contracts"
        @Option(help: "An older folder: tell whom the changes since then break, and exit 1 if anybody.")
        var against: String?
        @Flag(help: "Print JSON.") var json = false

        func run() async throws {
            try await withExitCodes {
                if let against { return try Self.compare(against: against, json: json) }
                let documents = try PublishedContracts.documents()
                let comparison = FolderComparison(documents, folder: URL(fileURLWithPath: folder))
                if json {
                    try JSONOutput.print(comparison)
                } else if comparison.isSame {
                    Output.line("\(documents.count) documents are as the code publishes them")
                } else {
                    Output.line(comparison.text(folder))
                }
                guard !comparison.isSame else { return }
                guard !json else { throw ExitCode.failure }
                throw CommandFailure(
                    description:
                        "\(folder) differs from what the code publishes. Write it anew with: order-worker contracts export \(folder)"
                )
            }
        }
    }

    struct Validate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Read one command a line (structured mode), print one verdict a line; offline.",
            discussion: "Exit status: 0 when every line is valid, 1 when one is not."
        )

        @Argument(help: "A file; standard input when not given.") var file: String?
        @Flag(help: "Print JSON, which it does anyway.") var json = false

        func run() async throws {
            try await withExitCodes {
                var isEveryLineValid = true
                let handle = try file.map(Self.opened) ?? FileHandle.standardInput
                var lines = ByteLines()
                func judge(_ line: [UInt8]) {
                    guard !line.isEmpty else { return }
                    let verdict = ContractValidation.verdict(on: line)
                    isEveryLineValid = isEveryLineValid && verdict.object?["valid"] == .bool(true)
                    Output.line(String(decoding: verdict.compactBytes, as: UTF8.self))
                }
                // What is there is judged at once, so that a person or a program can go on typing.
                while case let piece = handle.availableData, !piece.isEmpty {
                    for line in lines.take(piece) { judge(line) }
                }
                judge(lines.end())
                guard isEveryLineValid else { throw ExitCode.failure }
            }
        }

        private static func opened(_ file: String) throws -> FileHandle {
            var isFolder: ObjCBool = false
            guard FileManager.default.fileExists(atPath: file, isDirectory: &isFolder), !isFolder.boolValue,
                let handle = FileHandle(forReadingAtPath: file)
            else { throw CommandFailure(description: "\(file) can't be read") }
            return handle
        }
    }
}
