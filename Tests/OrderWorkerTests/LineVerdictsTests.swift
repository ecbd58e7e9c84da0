import OrderMessages
import Testing

@testable import OrderWorker

@Suite("contracts validate, line by line")
struct LineVerdictsTests {
    private static let command =
        #"{"specversion":"1.0","id":"1","source":"/s","type":"orders.view-entitlement.v1","data":{"subscriptionId":"S"}}"#

    /// All verdicts on a text that comes in small pieces.
    private func verdicts(_ text: String) -> (all: [String], end: LineVerdicts) {
        var verdicts = LineVerdicts()
        var all: [JSON] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            all += verdicts.take(Array(rest.prefix(7)))
            rest = rest.dropFirst(7)
        }
        if let last = verdicts.end() { all.append(last) }
        return (all.map(\.compactText), verdicts)
    }

    @Test("A verdict names its line, empty ones counted, and the path even when it is the whole message")
    func lines() {
        let (all, end) = verdicts("\n\(Self.command)\r\n\r\n\n[]\n\(Self.command)")
        #expect(
            all == [
                #"{"valid":true,"line":2}"#,
                #"{"valid":false,"reason":"malformed-message","path":"","detail":"The body must be a JSON object: a CloudEvents event in structured mode.","line":5}"#,
                #"{"valid":true,"line":6}"#,
            ]
        )
        #expect(!end.areAllValid && end.hint(about: "x") == nil)
    }

    @Test("What is no JSON, or too large, is wrong as a whole: its path is empty", arguments: ["{", "]", "\u{1}", ""])
    func whole(text: String) throws {
        let line = text.isEmpty ? String(repeating: " ", count: 1 << 20) + Self.command : text
        let verdict = try JSONReader.read(Array(try #require(verdicts(line).all.first).utf8))
        #expect(verdict.object?.members.map(\.name) == ["valid", "reason", "path", "detail", "line"])
        #expect(verdict["path"] == "")
        #expect(verdict["reason"]?.text == (text.isEmpty ? "too-large" : "malformed-message"))
    }

    @Test("One document over several lines is told, and that nothing was there")
    func hints() throws {
        let pretty = try JSONReader.read(Array(Self.command.utf8)).prettyText
        #expect(
            verdicts(pretty).end.hint(about: "order.json")?.hasPrefix("order.json is one JSON document over ") == true
        )
        for text in ["\(Self.command)\n\(Self.command)\n", "[]", "[]\n", "{\n", "{\n}x"] {
            #expect(verdicts(text).end.hint(about: "x") == nil, "\(text)")
        }
        for text in ["", "\n\r\n"] {
            #expect(verdicts(text).end.areAllValid)
            #expect(verdicts(text).end.hint(about: "x") == "nothing was read: x has no message")
        }
    }
}
