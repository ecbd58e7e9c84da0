import ArgumentParser
import OrderFulfilment
import OrderMessages

extension ContractsCommand.Check {
    /// A change, for programs.
    private struct Line: Encodable {
        let verdict: String
        let document: String
        let place: String
        let what: String
    }

    /// Tells what differs from an older folder and whom it breaks; exit 1 when somebody.
    static func compare(against folder: String, json: Bool) throws {
        let changes = ContractComparison.changes(
            from: try ContractFolder.documents(in: folder),
            to: try publishedDocuments()
        )
        let isBreaking = changes.contains { $0.verdict != .compatible }
        if json {
            let lines = changes.map {
                Line(verdict: $0.verdict.rawValue, document: $0.document, place: $0.place, what: $0.what)
            }
            try JSONOutput.print(["changes": lines])
        } else {
            for change in changes { Output.line("\(change)") }
            if changes.isEmpty { Output.line("nothing has changed since \(folder)") }
        }
        guard !isBreaking else { throw ExitCode.failure }
    }

    private static func publishedDocuments() throws -> [String: JSON] {
        var documents: [String: JSON] = [:]
        for document in try PublishedContracts.documents() where ContractComparison.isCompared(document.path) {
            documents[document.path] = try JSONReader.read(Array(document.text.utf8))
        }
        return documents
    }
}
