import OrderMessages
import Testing

@Suite("Dead-letter headers")
struct DeadLetterHeadersTests {
    private func headers(detail: String = "d", queue: String = "orders.start-trial", omittedBody: String? = nil) -> [(
        name: String, value: String
    )] {
        DeadLetterHeaders(
            reason: .schemaViolation,
            detail: detail,
            stage: "translate",
            operation: "start-trial",
            queue: queue,
            attempts: 1,
            time: "2026-03-01T09:30:00Z",
            worker: "w-1",
            omittedBody: omittedBody
        ).entries
    }

    @Test("They have the names of the contract, and the omitted ones only when something was")
    func names() {
        let names = ["reason", "detail", "stage", "operation", "queue", "attempts", "time", "worker"].map {
            "dead-letter-\($0)"
        }
        #expect(headers().map(\.name) == names)
        #expect(headers(omittedBody: "17 bytes").map(\.name) == names + ["dead-letter-body-omitted"])
    }

    @Test("They stay within 16 KiB: the detail is cut first, at a character's end, with an ellipsis")
    func budget() throws {
        let all = headers(detail: String(repeating: "👩‍💻é", count: 10_000), queue: String(repeating: "q", count: 100_000))
        let size = all.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count }
        #expect(size <= 16 << 10)
        #expect(size > (16 << 10) - 40)
        let detail = try #require(all.first { $0.name == "dead-letter-detail" }).value
        #expect(detail.hasSuffix("…"))
        #expect(headers(detail: "short").map(\.value).contains("short"))
    }

    @Test("Nothing in them can steer a terminal or break a line")
    func control() {
        #expect(
            TamedText.text("a\u{1B}[31m\r\nb\tc\u{0}\u{202E}\u{85}é", maximumBytes: 100)
                == "a\u{FFFD}[31m  b c\u{FFFD}\u{FFFD}\u{FFFD}é"
        )
    }

    @Test(
        "A text is cut so that what is left and the ellipsis fit",
        arguments: [(5, "abcde"), (4, "a…"), (3, "…"), (2, ""), (0, "")]
    )
    func cut(limit: Int, expected: String) {
        #expect(TamedText.text("abcde", maximumBytes: limit) == expected)
    }

    @Test(
        "Whatever a letter says fits the published schema, to us and to a standard validator, and the schema has no more"
    )
    func schema() throws {
        let foreign = ["", "d", "a\u{1B}[31m\r\nb", String(repeating: "👩‍💻é", count: 10_000)]
        var letters: [JSON] = []
        for reason in DeadLetterReason.allCases {
            for text in foreign {
                for isFull in [false, true] {
                    let headers = DeadLetterHeaders(
                        reason: reason,
                        detail: text,
                        stage: text,
                        operation: text,
                        queue: text,
                        attempts: isFull ? .max : 0,
                        time: "2026-03-01T09:30:00Z",
                        worker: text,
                        round: isFull ? 2 : nil,
                        omittedHeaders: isFull ? text : nil,
                        omittedBody: isFull ? text : nil
                    )
                    #expect(headers.entries.count == (isFull ? DeadLetterHeader.allCases.count : 8))
                    letters.append(.object(JSON.Object(headers.entries.map { .init($0.name, .string($0.value)) })))
                }
            }
        }
        let schemas: [(name: String, schema: Schema)] = [
            ("open", DeadLetterHeaders.schema()), ("closed", DeadLetterHeaders.schema(isClosed: true)),
        ]
        for letter in letters {
            for (name, schema) in schemas {
                let violation = schema.violation(in: letter)
                #expect(violation == nil, "\(name): \(violation?.path.description ?? "") \(violation?.message ?? "")")
            }
        }
        var cases = schemas.flatMap { name, _ in letters.map { (schema: name, text: $0.compactText) } }
        // A header of its own is the publisher's right; a letter that doesn't say why is none.
        let foreigner = letters[0].setting(["x-shop"], "7")
        cases += [("open", foreigner.compactText), ("closed", foreigner.compactText), ("open", "{}")]
        let verdicts = try StandardValidator.verdicts(
            on: cases,
            schemas: schemas.map { ($0.name, $0.schema.json.compactText) }
        )
        #expect(!verdicts.dropLast(3).contains(false))
        #expect(verdicts.suffix(3) == [true, false, false])
    }
}
