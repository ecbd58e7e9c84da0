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

    /// A document that is there and can't be read as text.
    struct Unreadable: Encodable {
        let path: String
        let reason: String
    }

    private static let limit = 60

    let differing: [Differing]
    /// Documents that the folder lacks.
    let missing: [String]
    let unreadable: [Unreadable]
    /// Files that look like documents and are none, such as those of an operation that is no more.
    let leftOver: [String]

    /// Compares; throws when there is no such folder.
    init(_ documents: [ContractDocuments.Document], folder: URL) throws {
        try ContractFolder.refuseOther(folder)
        var differing: [Differing] = []
        var missing: [String] = []
        var unreadable: [Unreadable] = []
        for document in documents {
            let file = folder.appending(path: document.path).path
            guard !Input.isMissing(file) else {
                missing.append(document.path)
                continue
            }
            do throws(Input.Failure) {
                let text = try Self.text(of: file)
                guard text != document.text else { continue }
                let difference = LineDifference(from: text, to: document.text).text(limit: Self.limit)
                differing.append(Differing(path: document.path, difference: difference))
            } catch {
                unreadable.append(Unreadable(path: document.path, reason: error.reason))
            }
        }
        self.differing = differing
        self.missing = missing
        self.unreadable = unreadable
        leftOver = Self.documents(in: folder, besides: Set(documents.map(\.path)))
    }

    private static func text(of file: String) throws(Input.Failure) -> String {
        guard let text = String(bytes: try Input.bytes(of: file), encoding: .utf8) else {
            throw Input.Failure(name: file, reason: "is no text in UTF-8")
        }
        return text
    }

    var isSame: Bool { differing.isEmpty && missing.isEmpty && unreadable.isEmpty && leftOver.isEmpty }

    /// For a person: every difference, and what to do.
    func text(_ folder: String) -> String {
        let parts =
            differing.map { "--- \(folder)/\($0.path)\n+++ what the code publishes\n\($0.difference)" }
            + missing.map { "missing: \(folder)/\($0)" }
            + unreadable.map { "unreadable: \(folder)/\($0.path) \($0.reason)" }
            + leftOver.map { "left over: \(folder)/\($0)" }
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
