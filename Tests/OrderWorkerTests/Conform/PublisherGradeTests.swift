import AMQP
import OrderMessages
import Testing

@testable import OrderWorker

/// What a publisher sends, one field at a time different from what the contract asks for.
private struct Sent {
    var id = "order-1001"
    var source = "/shop"
    var operation = "renew-subscription"
    var key: String?
    var subscription = "SUB-1"
    var data = #""term":{"end":"2031-12-31"}"#
    var more = ""
    var properties = Properties(contentType: "application/cloudevents+json", deliveryMode: .persistent)
    var hasMessageID = true

    var message: Message {
        var properties = properties
        if hasMessageID { properties.messageID = id }
        let body = #"""
            {"specversion":"1.0","id":"\#(id)","source":"\#(source)","type":"orders.\#(operation).v1"\#(more),
             "data":{"subscriptionId":"\#(subscription)",\#(data)}}
            """#
        return Message(
            exchange: "orders.commands",
            routingKey: RoutingKey(key ?? operation),
            properties: properties,
            body: Array(body.utf8)
        )
    }

    func with(_ change: (inout Sent) -> Void) -> Sent {
        var copy = self
        change(&copy)
        return copy
    }

    static func numbered(_ number: Int, _ id: String) -> Sent {
        Sent(id: id, data: #""expectedVersion":\#(number),"term":{"end":"20\#(31 + number)-12-31"}"#)
    }
}

private func report(_ messages: [Message], isStrict: Bool = false, refused: [String] = []) -> ConformReport {
    var grade = PublisherGrade()
    for message in messages { grade.take(message) }
    for id in refused {
        let body = #"{"data":{"command":{"id":"\#(id)","source":"/shop"}}}"#
        grade.take(
            outcome: Message(
                exchange: "orders.events",
                routingKey: "renew-subscription.rejected",
                body: Array(body.utf8)
            )
        )
    }
    return grade.report(isStrict: isStrict)
}

private func rule(_ name: PublisherRule, _ report: ConformReport) -> ConformReport.Rule? {
    report.rules.first { $0.rule == name.rawValue }
}

@Suite("Grading a publisher")
struct PublisherGradeTests {
    @Test("One that keeps the contract passes every rule, also when it sends again")
    func conforming() {
        let messages = (1...3).map { Sent.numbered($0, "order-100\($0)").message }
        let report = report(messages + [messages[1]], isStrict: true)
        #expect(report.conforms, "\(report)")
        #expect(report.rules.allSatisfy { $0.verdict == .passed }, "\(report)")
        #expect(report.counts.map(\.count) == [4, 1])
    }

    @Test("Nothing received is no pass")
    func nothing() {
        let report = report([])
        #expect(report.failed == ["schema"])
        #expect(report.rules.allSatisfy { $0.verdict == ($0.rule == "schema" ? .failed : .notSeen) }, "\(report)")
    }

    private static let broken: [(PublisherRule, String, Sent)] = [
        (.routing, "wrong-queue", Sent(key: "cancel-subscription")),
        (.routing, "no queue is bound for the routing key 'renew'", Sent(key: "renew")),
        (.schema, "data.term.month: is not a known field", Sent(data: #""term":{"month":1}"#)),
        (.schema, "data.term.end", Sent(data: #""term":{"end":"2031-02-30"}"#)),
        (.identity, "id: must not be empty", Sent(id: "", hasMessageID: false)),
        (
            .identity, "at most 255 bytes of UTF-8, has 256",
            Sent(id: String(repeating: "é", count: 128), hasMessageID: false)
        ),
        (.size, "at most 1048576", Sent(more: #","subject":"\#(String(repeating: "x", count: 1 << 20))""#)),
        (.properties, "delivery_mode is not 2", Sent().with { $0.properties.deliveryMode = nil }),
        (.properties, "delivery_mode is not 2", Sent().with { $0.properties.deliveryMode = .transient }),
        (.properties, "expiration 60000", Sent().with { $0.properties.expiration = "60000" }),
        (.schema, "content type", Sent().with { $0.properties.contentType = "text/plain" }),
        (.headers, "the worker's own", Sent().with { $0.properties.headers = ["dead-letter-reason": "expired"] }),
        (.headers, "sends copies", Sent().with { $0.properties.headers = ["CC": .array(["start-trial"])] }),
        (.numbering, "expectedVersion 0", Sent.numbered(0, "order-1001")),
        (
            .replyTo, "must not start with orders",
            Sent(operation: "view-entitlement", data: #""include":[]"#).with { $0.properties.replyTo = "orders.events" }
        ),
    ]

    @Test(
        "Each thing that breaks the contract fails its own rule alone, and says what and where",
        arguments: broken.indices
    )
    func failures(index: Int) {
        let (name, words, sent) = Self.broken[index]
        let report = report([sent.message])
        #expect(report.failed == [name.rawValue], "\(report)")
        #expect(rule(name, report)?.findings.first?.detail.contains(words) == true, "\(report)")
    }

    private static let doubtful: [(PublisherRule, String, Sent)] = [
        (.properties, "message_id is missing", Sent(hasMessageID: false)),
        (.properties, "content_type", Sent().with { $0.properties.contentType = nil }),
        (.properties, "user_id", Sent().with { $0.properties.userID = "guest" }),
        (
            .size, "does a command need that much",
            Sent(more: #","dataschema":"\#(String(repeating: "x", count: 70_000))""#)
        ),
        (.terms, "prefer term.end", Sent(data: #""term":{"months":12}"#)),
        (.identity, "so short an id", Sent(id: "7")),
        (.headers, "not looked at", Sent().with { $0.properties.headers = ["cloudEvents:id": "1"] }),
        (.replyTo, "not answered to", Sent().with { $0.properties.replyTo = "shop.answers" }),
    ]

    @Test("What is allowed and likely to hurt is a hint, and fails only strictly", arguments: doubtful.indices)
    func hints(index: Int) {
        let (name, words, sent) = Self.doubtful[index]
        // One that the schema refuses is not what this test is about.
        let message = sent.message
        let lax = report([message])
        if name != .size { #expect(lax.conforms, "\(lax)") }
        let found = rule(name, lax)?.findings.first { $0.severity == .hint }
        #expect(found?.detail.contains(words) == true, "\(lax)")
        #expect(report([message], isStrict: true).failed.contains(name.rawValue))
    }

    @Test("The same id with other content is a conflict, the same content under two ids a hint")
    func idempotency() {
        let first = Sent()
        let conflict = report([first.message, first.with { $0.data = #""term":{"end":"2035-12-31"}"# }.message])
        #expect(conflict.failed == ["idempotency"], "\(conflict)")
        #expect(rule(.idempotency, conflict)?.findings.first?.message == "order-1001")
        // A member's place and the blanks around it are not content.
        let spaced = report([
            first.with { $0.data = #""orderId":"A","term":{"end":"2031-12-31"}"# }.message,
            first.with { $0.data = #""term" : {"end":"2031-12-31"}, "orderId":"A""# }.message,
        ])
        #expect(spaced.conforms, "\(spaced)")
        let twice = report([first.message, first.with { $0.id = "order-1002" }.message])
        #expect(rule(.idempotency, twice)?.findings.first?.message == "order-1001, order-1002")
        #expect(rule(.idempotency, twice)?.verdict == .hints)
    }

    @Test("Numbers may come in any order; gaps and double use fail, unless a refused one made room")
    func numbering() {
        let shuffled = [3, 1, 2].map { Sent.numbered($0, "order-100\($0)").message }
        #expect(report(shuffled).conforms)
        let gap = report([1, 4].map { Sent.numbered($0, "order-100\($0)").message })
        #expect(gap.failed == ["numbering"])
        #expect(rule(.numbering, gap)?.findings.first?.detail.contains("expectedVersion 2, 3") == true, "\(gap)")
        let double = [
            Sent.numbered(1, "order-1001"), Sent.numbered(1, "order-1002").with { $0.data += #","reason":"b""# },
        ]
        #expect(report(double.map(\.message)).failed == ["numbering"])
        #expect(report(double.map(\.message), refused: ["order-1001"]).conforms)
        let replacing = double[1].with { $0.more = #","replaces":"order-1001""# }
        #expect(report([double[0].message, replacing.message]).conforms)
    }

    @Test(
        "A dead letter leaves its number to another only where nothing was done and nobody else has it",
        arguments: [
            (#""deadLetter":{"reason":"attempts-exhausted"}"#, true),
            (#""version":2,"deadLetter":{"reason":"partially-applied"}"#, false),
            (#""deadLetter":{"reason":"identity-conflict"}"#, false),
        ]
    )
    func deadLetters(data: String, isFreed: Bool) {
        var grade = PublisherGrade()
        for id in ["order-1001", "order-1002"] {
            grade.take(Sent.numbered(1, id).with { $0.data += #","reason":"\#(id)""# }.message)
        }
        let body = #"{"data":{"command":{"id":"order-1001","source":"/shop"},\#(data)}}"#
        grade.take(
            outcome: Message(
                exchange: "orders.events",
                routingKey: "renew-subscription.dead-lettered",
                body: Array(body.utf8)
            )
        )
        #expect(grade.report().failed == (isFreed ? [] : ["numbering"]))
    }

    @Test("An operator's replay is nobody's message")
    func replay() {
        let replayed = Sent().with {
            $0.properties.headers = ["replay-round": 2]; $0.properties.deliveryMode = nil
        }
        let report = report([Sent(id: "order-2").message, replayed.message])
        #expect(report.conforms, "\(report)")
        #expect(report.counts.map(\.count) == [1, 0, 1])
    }

    @Test("The report keeps the first five of a kind, and counts the rest")
    func brevity() {
        let messages = (1...8).map { number in
            Sent.numbered(number, "order-100\(number)").with { $0.properties.deliveryMode = nil }.message
        }
        let report = report(messages)
        #expect(rule(.properties, report)?.failures == 8)
        #expect(rule(.properties, report)?.findings.count == 5)
        #expect("\(report)".contains("… and 3 more"))
        #expect("\(report)".hasSuffix("8 messages, 0 sent again: the publisher does not conform: properties"))
    }
}
