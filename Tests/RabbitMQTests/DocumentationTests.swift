import Foundation
import Testing

/// The documentation says what the code says.
@Suite struct DocumentationTests {
    private static let sources = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../Sources")

    private func text(_ path: String) throws -> String {
        try String(contentsOf: Self.sources.appending(path: path), encoding: .utf8)
    }

    /// The names of the cases of an enumeration, from its source.
    private func cases(of type: String, in path: String) throws -> [String] {
        let text = try text(path)
        let start = try #require(text.firstRange(of: "enum \(type):"))
        let body = text[start.upperBound...].prefix { $0 != "}" }
        return body.split(separator: "\n").compactMap { line in
            let words = line.split { " (".contains($0) }
            return words.first == "case" && words.count > 1 ? String(words[1]) : nil
        }
    }

    @Test func `every error is named, with what it means`() throws {
        let article = try text("RabbitMQ/RabbitMQ.docc/Errors.md")
        let broker = try cases(of: "BrokerFailure", in: "RabbitMQ/BrokerFailure.swift")
        let publish = try cases(of: "PublishFailure", in: "AMQP/Publishing.swift")
        #expect(broker.count >= 9 && publish.count >= 5)
        for name in broker { #expect(article.contains("- ``BrokerFailure/\(name)("), "\(name)") }
        for name in publish { #expect(article.contains("- `\(name)(") || article.contains("- `\(name)`"), "\(name)") }
    }

    @Test func `every sample is one that compiles`() throws {
        let samples = lines(
            try String(
                contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
                    path: "DocumentationSamples.swift"
                ),
                encoding: .utf8
            )
        )
        let folder = Self.sources.appending(path: "RabbitMQ/RabbitMQ.docc")
        var count = 0
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        where file.pathExtension == "md" {
            for block in blocks(try String(contentsOf: file, encoding: .utf8)) {
                count += 1
                let sample = lines(block)
                let isThere = samples.indices.contains { samples[$0...].starts(with: sample) }
                #expect(isThere, "\(file.lastPathComponent) has a sample that is not in DocumentationSamples: \(block)")
            }
        }
        #expect(count >= 8)
    }

    /// What stands in fences that say `swift`.
    private func blocks(_ text: String) -> [String] {
        text.components(separatedBy: "```swift\n").dropFirst().map { String($0.components(separatedBy: "\n```")[0]) }
    }

    /// Without indentation and empty lines.
    private func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }
}
