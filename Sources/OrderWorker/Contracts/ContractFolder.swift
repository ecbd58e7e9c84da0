import Foundation
import OrderMessages

/// A folder of contracts on disk, as `contracts export` writes it.
enum ContractFolder {
    private static let folders = ["commands", "outcomes", "dead-letters"]

    /// Every document that is compared; throws when one can't be read.
    static func documents(in folder: String) throws -> [String: JSON] {
        let root = URL(fileURLWithPath: folder).standardizedFileURL
        var paths = try names(in: root)
        for inner in folders where paths.contains(inner) {
            paths += try names(in: root.appending(path: inner)).map { "\(inner)/\($0)" }
        }
        var documents: [String: JSON] = [:]
        for path in paths where ContractComparison.isCompared(path) {
            documents[path] = try document(root.appending(path: path).path, told: "\(folder)/\(path)")
        }
        let problems = ContractShape.problems(in: documents)
        guard problems.isEmpty else {
            let told = problems.prefix(10).map { "\n    \($0)" } + (problems.count > 10 ? ["\n    …"] : [])
            throw CommandFailure(
                description: "\(folder) can't be compared with\(hint(in: root, folder)):\(told.joined())"
            )
        }
        return documents
    }

    private static func document(_ file: String, told name: String) throws(CommandFailure) -> JSON {
        let bytes: [UInt8]
        do throws(Input.Failure) {
            bytes = try Input.bytes(of: file)
        } catch {
            throw CommandFailure(description: "\(name) \(error.reason)")
        }
        do throws(JSONError) {
            return try JSONReader.read(bytes)
        } catch {
            throw CommandFailure(description: "\(name) is no JSON: \(error)")
        }
    }

    /// Throws when that is no folder, or can't be read.
    static func refuseOther(_ folder: URL) throws { _ = try names(in: folder) }

    private static func names(in folder: URL) throws -> [String] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
        } catch {
            throw CommandFailure(
                description: "\(folder.relativePath) is no folder that can be read: \(error.systemReason)"
            )
        }
    }

    /// Where the contracts probably are, when the folder around them was given.
    private static func hint(in root: URL, _ folder: String) -> String {
        guard let names = try? names(in: root), !names.contains("commands") else { return "" }
        let inner = names.sorted().first { name in
            FileManager.default.fileExists(atPath: root.appending(path: "\(name)/commands").path)
        }
        return inner.map { "; is \(folder)/\($0) meant?" } ?? ""
    }
}
