import Foundation
import OrderMessages

/// A folder held against what the code publishes.
struct FolderComparison: Encodable {
    /// A document with another text.
    struct Differing: Encodable {
        let path: String
        /// As `diff -u` shows it, from the folder to the code, bounded.
        let difference: String
    }

    private static let limit = 60

    let differing: [Differing]
    /// Documents that the folder lacks.
    let missing: [String]
    /// Files that look like documents and are none, such as those of an operation that is no more.
    let leftOver: [String]

    init(_ documents: [ContractDocuments.Document], folder: URL) {
        var differing: [Differing] = []
        var missing: [String] = []
        for document in documents {
            guard let text = try? String(contentsOf: folder.appending(path: document.path), encoding: .utf8) else {
                missing.append(document.path)
                continue
            }
            guard text != document.text else { continue }
            let difference = LineDifference(from: text, to: document.text).text(limit: Self.limit)
            differing.append(Differing(path: document.path, difference: difference))
        }
        self.differing = differing
        self.missing = missing
        leftOver = Self.documents(in: folder, besides: Set(documents.map(\.path)))
    }

    var isSame: Bool { differing.isEmpty && missing.isEmpty && leftOver.isEmpty }

    /// For a person: every difference, and what to do.
    func text(_ folder: String) -> String {
        let parts =
            differing.map { "--- \(folder)/\($0.path)\n+++ what the code publishes\n\($0.difference)" }
            + missing.map { "missing: \(folder)/\($0)" } + leftOver.map { "left over: \(folder)/\($0)" }
        return parts.joined(separator: "\n")
    }

    /// Files in the folders of documents, and beside them; examples and what is for people are others' affair.
    private static func documents(in folder: URL, besides known: Set<String>) -> [String] {
        let folders = Set(known.filter { $0.contains("/") }.map { String($0.prefix { $0 != "/" }) })
        func names(_ path: String) -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: path).path)) ?? []
        }
        let inside = folders.flatMap { name in names(name).map { "\(name)/\($0)" } }
        let beside = names("").filter { $0.hasSuffix(".json") || $0.hasSuffix(".svg") }
        return Set(inside + beside).subtracting(known).sorted()
    }
}
