import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("Poison is told apart and explained")
struct PoisonTests {
    /// A message that isn't understood, and what is said about it.
    struct Wrong: Sendable, CustomTestStringConvertible {
        let event: JSON
        let reason: DeadLetterReason
        let detail: String
        var testDescription: String { detail }

        init(_ path: [String], _ value: JSON?, _ detail: String) {
            self.init(path, value, .schemaViolation, detail)
        }

        init(_ path: [String], _ value: JSON?, _ reason: DeadLetterReason, _ detail: String) {
            event = Messages.renewal(path, value)
            self.reason = reason
            self.detail = detail
        }
    }

    @Test(
        "Every error leads to its place",
        arguments: [
            Wrong(["specversion"], nil, "specversion: is required"),
            Wrong(
                ["specversion"],
                "0.3",
                .unsupportedVersion,
                #"specversion: CloudEvents "0.3" is not supported; send 1.0."#
            ),
            Wrong(["id"], nil, .identityMissing, "id: is required"),
            Wrong(["id"], "", .identityMissing, "id: must not be empty"),
            Wrong(["source"], 7, .identityMissing, "source: must be text, is a number"),
            Wrong(["source"], .null, .identityMissing, "source: is required"),
            Wrong(
                ["id"],
                .string(String(repeating: "é", count: 128)),
                "id: must have at most 255 bytes of UTF-8, has 256"
            ),
            Wrong(["id"], "a\u{0}b", "id: must be without control characters"),
            Wrong(["type"], nil, "type: is required"),
            Wrong(["type"], 1, "type: must be text, is a number"),
            Wrong(
                ["type"],
                "orders.renew.v1",
                .unknownType,
                #"type: "orders.renew.v1" names no operation; it must be orders.<operation>.v1, the operation one of create-subscription, start-trial, convert-trial, renew-subscription, renew-with-upsell, renew-with-reduced-tier, cancel-subscription, view-entitlement, sync-entitlements"#
            ),
            Wrong(
                ["type"],
                "orders.renew-subscription.v2",
                .unsupportedVersion,
                #"type: version "v2" of renew-subscription is not supported; send v1"#
            ),
            Wrong(
                ["type"],
                "orders.start-trial.v1",
                .wrongQueue,
                "type: orders.start-trial.v1 belongs into the queue of start-trial, but came from that of renew-subscription; publish with the operation as the routing key"
            ),
            Wrong(["time"], "yesterday", "time: must be a time as RFC 3339, such as 2026-03-01T12:00:00Z"),
            Wrong(["time"], "2026-02-30T12:00:00Z", "time: must be a time as RFC 3339, such as 2026-03-01T12:00:00Z"),
            Wrong(["correlationid"], "", "correlationid: must not be empty"),
            Wrong(["dryrun"], "true", "dryrun: must be true or false, is text"),
            Wrong(["Extension"], .null, "Extension: is a name that must be made of a-z 0-9"),
            Wrong(["data_base64"], "e30=", "data_base64: is a name that must be made of a-z 0-9"),
            Wrong(["datacontenttype"], "text/xml", "datacontenttype: must be application/json"),
            Wrong(["extension"], [], "extension: must be text, a number, true or false, is a list"),
            Wrong(["data"], nil, "data: is required"),
            Wrong(["data"], "text", "data: must be an object, is text"),
            Wrong(["data", "subscriptionId"], nil, "data.subscriptionId: is required"),
            Wrong(["data", "subscriptionId"], "a b", "data.subscriptionId: must be made of A-Z a-z 0-9 . _ : -"),
            Wrong(
                ["data", "subscriptionID"],
                "x",
                "data.subscriptionID: is not a known field; known here: subscriptionId, orderId, purchaseOrder, requestedBy, reason, expectedVersion, term"
            ),
            Wrong(["data", "expectedVersion"], -1, "data.expectedVersion: must be at least 0"),
            Wrong(["data", "orderId"], .null, "data.orderId: must be text, is null"),
            Wrong(["data", "term"], [:], "data.term: must have exactly one of end, months, days; has none"),
            Wrong(
                ["data", "term", "days"],
                1,
                "data.term: must have exactly one of end, months, days; has months and days"
            ),
            Wrong(["data", "term", "months"], 0, "data.term.months: must be at least 1"),
            Wrong(["data", "term", "months"], 1201, "data.term.months: must be at most 1200"),
            Wrong(["data", "term", "months"], .number(1.5), "data.term.months: must be a whole number"),
            Wrong(["data", "term", "months"], .number(1e300), "data.term.months: must be at most 1200"),
            Wrong(["data", "term"], ["end": "2026-02-30"], "data.term.end: must be a date as YYYY-MM-DD that exists"),
            Wrong(["data", "term", "from"], "now", "data.term.from: must be one of expiry, today-if-expired"),
        ]
    )
    func everyPlace(wrong: Wrong) throws {
        let poison = try #require(Messages.translate(Messages.structured(wrong.event)).failure)
        #expect(poison.reason == wrong.reason)
        #expect(poison.detail == wrong.detail)
        #expect(poison.path.map { wrong.detail.hasPrefix("\($0): ") } == true)
    }

    @Test("The third line item's quantity is found")
    func lineItem() throws {
        let event = try Examples.command(.createSubscription, "full")
        let line = try #require(event["data"]?["lineItems"]?.elements?.first)
        let wrong = event.setting(["data", "lineItems"], [line, line, line.setting(["quantity"], 0)])
        let poison = try #require(Messages.translate(Messages.structured(wrong), from: .createSubscription).failure)
        #expect(poison.detail == "data.lineItems[2].quantity: must be at least 1")
        #expect(poison.path == "data.lineItems[2].quantity")
    }

    @Test("What can be read of its origin goes with it")
    func origin() throws {
        let identity = CommandIdentity(source: "https://shop.example.com/orders", id: "order-1")
        for event in [Messages.renewal(["type"], "x"), Messages.renewal(["data", "term"], 1)] {
            let poison = try #require(Messages.translate(Messages.structured(event)).failure)
            #expect(poison.identity == identity)
            #expect(poison.correlationID == "order-1")
            #expect(poison.subscriptionID == "SUB-1001")
        }
        let anonymous = try #require(Messages.translate(Messages.structured(Messages.renewal(["id"], nil))).failure)
        #expect(anonymous.identity == nil && anonymous.subscriptionID == "SUB-1001")
        var binary = Messages.binary(Messages.renewal)
        binary.body = Array(#"{"term":{"months":x}}"#.utf8)
        let malformed = try #require(Messages.translate(binary).failure)
        #expect(malformed.identity == identity)
        #expect(malformed.path == "data.term.months")
    }

    @Test("Bytes that are no JSON event are malformed, with the byte", arguments: ["", "{", "[]", "1", #""x""#, "{}x"])
    func malformed(text: String) throws {
        let poison = try #require(Messages.translate(WireMessage(body: Array(text.utf8))).failure)
        #expect(poison.reason == .malformedMessage)
        #expect(poison.detail.contains(["[]", "1", #""x""#].contains(text) ? "must be a JSON object" : "at byte"))
    }

    @Test("A content type that isn't accepted is named, with those that are")
    func contentType() throws {
        let poison = try #require(Messages.translate(WireMessage(contentType: "text/xml", body: [])).failure)
        #expect(poison.reason == .malformedMessage)
        for word in ["text/xml", "application/cloudevents+json", "application/json"] {
            #expect(poison.detail.contains(word))
        }
    }

    @Test("Size is judged before the body is read")
    func size() throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 101)
        let translator = Translator(maximumMessageSize: 100)
        #expect(Messages.translate(WireMessage(body: body), by: translator).failure?.reason == .tooLarge)
        #expect(
            Messages.translate(WireMessage(body: Array(body.dropLast())), by: translator).failure?.reason
                == .malformedMessage
        )
        let omitted = Messages.translate(WireMessage(body: [], omittedBodySize: 17 << 20), by: translator).failure
        #expect(omitted?.reason == .tooLarge)
        #expect(omitted?.detail.contains("17825792") == true)
    }

    @Test("Whoever sends the whole event as application/json is told")
    func wrongMode() throws {
        var message = Messages.structured(Messages.renewal)
        message.contentType = "application/json"
        let poison = try #require(Messages.translate(message).failure)
        #expect(poison.reason == .identityMissing)
        #expect(poison.detail.contains("application/cloudevents+json"))
    }

    @Test(
        "A reply queue is one's own, or one the broker named; only reads and dry runs look at it",
        arguments: [
            ("replies", true), ("amq.gen-x", true), ("amq.rabbitmq.reply-to", true), ("amq.rabbitmq.reply-to.g1", true),
            ("amq.direct", false), ("orders.dead-letter", false), ("orders", false),
        ]
    )
    func replyTo(queue: String, isAllowed: Bool) throws {
        var view = Messages.structured(try Examples.command(.viewEntitlement, "minimal"))
        view.replyTo = queue
        let result = Messages.translate(view, from: .viewEntitlement)
        #expect(result.success?.envelope.replyTo == (isAllowed ? queue : nil))
        #expect(result.failure?.path == (isAllowed ? nil : "reply_to"))
        var renewal = Messages.structured(Messages.renewal)
        renewal.replyTo = queue
        #expect(try Messages.translate(renewal).get().envelope.replyTo == nil)
        renewal.body = Messages.renewal(["dryrun"], true).compactBytes
        #expect((Messages.translate(renewal).failure == nil) == isAllowed)
    }

    @Test("A verdict for people says what the worker would say")
    func verdict() {
        #expect(ContractValidation.verdict(on: Messages.renewal.compactBytes) == ["valid": true])
        #expect(
            ContractValidation.verdict(on: Messages.renewal(["data", "term", "months"], 0).compactBytes)
                == [
                    "valid": false, "reason": "schema-violation", "path": "data.term.months",
                    "detail": "data.term.months: must be at least 1",
                ]
        )
        #expect(ContractValidation.verdict(on: [0xFF])["reason"] == "malformed-message")
    }
}
