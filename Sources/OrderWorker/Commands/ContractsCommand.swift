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

        func validate() throws { try ContractsCommand.refuseEmpty(folder, "The folder") }

        func run() async throws {
            try await withExitCodes {
                var isFolder: ObjCBool = false
                guard !FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) || isFolder.boolValue
                else {
                    throw CommandFailure(description: "\(folder) is a file, no folder")
                }
                let documents = try PublishedContracts.documents()
                for document in documents { try Self.write(document, below: folder) }
                Output.line("wrote \(documents.count) documents below \(folder)")
            }
        }

        private static func write(_ document: ContractDocuments.Document, below folder: String) throws {
            let url = URL(fileURLWithPath: folder).appending(path: document.path)
            do {
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(),
                    withIntermediateDirectories: true
                )
                try Data(document.text.utf8).write(to: url)
            } catch {
                throw CommandFailure(
                    description: "\(folder)/\(document.path) can't be written: \(error.systemReason)"
                )
            }
        }
    }

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compare a folder with them; exit 1 with every difference, and what is missing or left over.",
            discussion: """
                With --against OLDER it is the code that is compared, with an older copy of the folder: whom the changes since
                then break.
                """
        )

        @Argument(help: "The folder (default: Contracts).") var folder: String?
        @Option(help: "An older folder: tell whom the changes since then break, and exit 1 if anybody.")
        var against: String?
        @Flag(help: "Print JSON.") var json = false

        func validate() throws {
            guard folder == nil || against == nil else {
                throw ValidationError("Give either a folder or --against: it compares the code, not a folder.")
            }
            try ContractsCommand.refuseEmpty(folder, "The folder")
            try ContractsCommand.refuseEmpty(against, "--against")
        }

        func run() async throws {
            try await withExitCodes {
                if let against { return try Self.compare(against: against, json: json) }
                let folder = folder ?? "Contracts"
                let documents = try PublishedContracts.documents()
                let comparison = try FolderComparison(documents, folder: URL(fileURLWithPath: folder))
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

    /// A path that a script left empty would be the current folder: wrong usage.
    static func refuseEmpty(_ path: String?, _ name: String) throws {
        guard path?.isEmpty != true else { throw ValidationError("\(name) must not be empty; . is the current one.") }
    }
}
