import Foundation
import Testing

@testable import EMSSandbox

/// A client of one running sandbox.
struct Client: Sendable {
    let port: Int
    let clock: TestClock

    /// A call of the API that must be answered.
    func call(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Answer {
        try #require(try await attempt(method, path, body), "\(method) \(path) wasn't answered")
    }

    /// A call of the API; nil when the connection ends without an answer.
    func attempt(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Answer? {
        let headers = ["Authorization": Self.basic("sandbox:sandbox"), "Content-Type": "application/json"]
        return try await exchange(method, "/ems/api/v5" + path, headers, body?.bytes ?? [])
    }

    /// What no EMS has.
    func control(_ method: String, _ path: String, _ body: JSON? = nil) async throws -> Answer {
        try await send(method, "/sandbox" + path, [:], body?.bytes ?? [])
    }

    /// Any request that must be answered, with its headers in full.
    func send(
        _ method: String,
        _ path: String,
        _ headers: [String: String],
        _ body: [UInt8] = []
    ) async throws -> Answer {
        try #require(try await exchange(method, path, headers, body), "\(method) \(path) wasn't answered")
    }

    private func exchange(
        _ method: String,
        _ path: String,
        _ headers: [String: String],
        _ body: [UInt8]
    ) async throws -> Answer? {
        var request = "\(method) \(path) HTTP/1.1\r\nHost: sandbox\r\nConnection: close\r\n"
        for (name, value) in headers { request += "\(name): \(value)\r\n" }
        if !body.isEmpty { request += "Content-Length: \(body.count)\r\n" }
        return Answer(try await Wire.exchange(Array((request + "\r\n").utf8) + body, port: port))
    }

    static func basic(_ pair: String) -> String { "Basic \(Data(pair.utf8).base64EncodedString())" }

    // MARK: What many tests begin with

    static func line(_ externalId: String = "", quantity: Int = 10, product: String = "GC3040") -> JSON {
        [
            "externalId": .string(externalId), "totalQuantity": .integer(quantity),
            "item": ["itemProduct": ["product": ["externalId": .string(product)]]],
        ]
    }

    /// Creates an entitlement with one line, `<externalId>/1`, and answers what EMS did.
    @discardableResult
    func create(_ externalId: String, state: String = "ENABLE", lines: [JSON]? = nil) async throws -> Answer {
        let lines = lines ?? [Self.line(externalId.isEmpty ? "" : externalId + "/1")]
        let answer = try await call(
            "POST",
            "/entitlements",
            [
                "entitlement": [
                    "externalId": .string(externalId), "state": .string(state),
                    "productKeys": ["productKey": .array(lines)],
                ]
            ]
        )
        try #require(answer.status == 201, "\(answer.text)")
        return answer
    }

    func patch(_ externalId: String, _ entitlement: JSON) async throws -> Answer {
        try await call("PATCH", "/entitlements/externalId=\(externalId)", ["entitlement": entitlement])
    }

    func get(_ externalId: String) async throws -> Answer {
        try await call("GET", "/entitlements/externalId=\(externalId)")
    }

    /// The external ids that a search finds.
    func search(_ query: String) async throws -> [String] {
        let answer = try await call("GET", "/entitlements?\(query)")
        try #require(answer.status == 200, "\(answer.text)")
        return try answer.at("entitlements.entitlement")?.elements.map { $0["externalId"]?.text ?? "" } ?? []
    }
}
