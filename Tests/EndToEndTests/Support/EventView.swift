import AMQP
import Foundation

/// An outcome event as a subscriber reads it.
struct EventView: Sendable {
    var id: String
    var key: String
    var command: String
    var outcome: String
    var code: String?
    var version: Int?
    var count: Int?
    var body: [UInt8]

    init?(_ message: Message) {
        guard let event = try? JSONSerialization.jsonObject(with: Data(message.body)) as? [String: Any],
            let data = event["data"] as? [String: Any], let id = event["id"] as? String,
            let command = (data["command"] as? [String: Any])?["id"] as? String
        else { return nil }
        self.id = id
        self.command = command
        key = message.routingKey.rawValue
        outcome = data["outcome"] as? String ?? ""
        code =
            (data["rejection"] as? [String: Any])?["code"] as? String
            ?? (data["deadLetter"] as? [String: Any])?["reason"] as? String
        version = data["version"] as? Int
        count = data["count"] as? Int
        body = message.body
    }
}

/// The data of commands, as JSON text without braces.
enum OrderData {
    static let line = #"{"lineId":"1","product":{"externalId":"GC3040"},"quantity":10}"#
    static let customer = #""customer":{"externalId":"CUST-1","name":"Acme","contact":{"email":"ann@example.com"}}"#
    static let creation = #"\#(customer),"term":{"start":"2026-01-01","end":"2030-12-31"},"lineItems":[\#(line)]"#
    static let trial = #"\#(customer),"trial":{"days":30},"lineItems":[\#(line)]"#
    static let conversion = #""term":{"end":"2030-12-31"}"#
    static func renewal(_ end: String) -> String { #""term":{"end":"\#(end)"}"# }
    static let upsell =
        #""term":{"end":"2032-12-31"},"lineItems":{"add":[{"lineId":"2","product":{"externalId":"GC3041"},"quantity":5}]}"#
    static let reduction = #""term":{"end":"2033-12-31"},"lineItems":{"change":[{"lineId":"1","quantity":4}]}"#
    static let cancellation = #""effective":"immediately""#
}
