import ArgumentParser
import Foundation
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
        let changes = ContractComparison.changes(from: try documents(in: folder), to: try publishedDocuments())
        let isBreaking = changes.contains { $0.verdict != .compatible }
        if json {
            let lines = changes.map {
                Line(verdict: $0.verdict.rawValue, document: $0.document, place: $0.place, what: $0.what)
            }
            try JSONOutput.print(["changes": lines])
        } else {
            for change in changes { print(change) }
            if changes.isEmpty { print("nothing has changed since \(folder)") }
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

    private static func documents(in folder: String) throws -> [String: JSON] {
        let root = URL(fileURLWithPath: folder).standardizedFileURL
        guard let files = FileManager.default.subpaths(atPath: root.path) else {
            throw CommandFailure(description: "\(folder) is no folder that can be read")
        }
        var documents: [String: JSON] = [:]
        for path in files where ContractComparison.isCompared(path) {
            do {
                documents[path] = try JSONReader.read(Array(Data(contentsOf: root.appending(path: path))))
            } catch {
                throw CommandFailure(description: "\(folder)/\(path): \(error)")
            }
        }
        guard !documents.isEmpty else {
            throw CommandFailure(description: "\(folder) has no contracts: no commands/, no outcomes/, no codes.json")
        }
        return documents
    }
}
