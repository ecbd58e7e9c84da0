import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import Testing

/// What is published of sizes, against the limits that the worker runs with.
@Suite struct PublishedLimitTests {
    private let limits = ContentLimits()

    @Test func `The examples of what is left out of a dead letter are larger than what is kept`() throws {
        let properties = try #require(DeadLetterHeaders.schema().json["properties"])
        func bytes(_ header: String) throws -> UInt64 {
            let text = try #require(properties[header]?["examples"]?.elements?.first?.text)
            return try #require(text.split(separator: " ").first.flatMap { UInt64($0) })
        }
        #expect(try bytes("dead-letter-body-omitted") > limits.bodyBytes)
        #expect(try bytes("dead-letter-headers-omitted") > UInt64(limits.headerBytes))
    }

    @Test func `The page names the limits that the worker has`() throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Contracts/README.md")
        let rows = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        func row(_ name: String) -> String { rows.first { $0.hasPrefix("| \(name) |") }.map(String.init) ?? "" }
        let body = row("body")
        #expect(body.contains("`MAX_MESSAGE_SIZE`, \(Translator().maximumMessageSize >> 20) MiB"))
        #expect(body.contains("the body up to \(limits.bodyBytes >> 20) MiB"))
        let table = "\(limits.headerBytes >> 10) KiB, nested \(limits.headerDepth) deep, \(limits.headerCount) fields"
        #expect(row("header table").contains(table))
        #expect(row("`dead-letter-…` headers").contains("\(DeadLetterHeaders.budget >> 10) KiB"))
    }
}
