import Testing

@testable import EMSSandbox

@Suite struct TransportTests {
    private static let json = ["Content-Type": "application/json"]
    private static let basic = ["Authorization": Client.basic("sandbox:sandbox")]

    @Test func `Availability is answered without authentication`() async throws {
        try await withSandbox { client in
            try await client.send("GET", "/ems/availability", [:]).expect(200)
        }
    }

    @Test(arguments: [nil, "sandbox:wrong", "other:sandbox", "sandbox:sandbox:", ""])
    func `Without the right pair the answer is 401`(pair: String?) async throws {
        try await withSandbox { client in
            let headers = pair.map { ["Authorization": Client.basic($0)] } ?? [:]
            let answer = try await client.send("GET", "/ems/api/v5/products", headers)
            #expect(answer.status == 401)
            #expect(answer.headers["www-authenticate"]?.hasPrefix("Basic") == true)
        }
    }

    @Test(arguments: [
        "POST /entitlements/externalId=A/close", "POST /entitlements", "PATCH /entitlements/externalId=A",
    ])
    func `A write without the JSON content type is refused, body or not`(operation: String) async throws {
        try await withSandbox { client in
            try await client.create("A")
            let parts = operation.split(separator: " ").map(String.init)
            for headers in [Self.basic, Self.basic.merging(["Content-Type": "text/plain"]) { $1 }] {
                let answer = try await client.send(parts[0], "/ems/api/v5" + parts[1], headers)
                #expect(answer.status == 415)
            }
            let charset = Self.basic.merging(["Content-Type": "application/json; charset=utf-8"]) { $1 }
            #expect(
                try await client.send("POST", "/ems/api/v5/entitlements/externalId=A/close", charset).status == 200
            )
        }
    }

    @Test func `Nothing there is the documented error 125`() async throws {
        try await withSandbox { client in
            for path in ["/entitlements/externalId=none", "/nowhere", "/entitlements/refId1=x", "/entitlements/"] {
                let answer = try await client.call("GET", path)
                #expect(answer.status == 404)
                #expect(
                    answer.text == """
                        {"errorResponse":{"errorCode":125,"description":"The requested resource is not found.",\
                        "developerMessage":"com.sfnt.ems.util.EMSException: The requested resource is not found."}}
                        """
                )
            }
            #expect(try await client.call("DELETE", "/products").status == 405)
        }
    }

    private static let item = #"{"itemProduct":{"product":{"externalId":"GC3040"}}}"#

    @Test(arguments: [
        "", "{", "[]", "nonsense", #"{"entitlement":[]}"#, #"{"entitlement":{"externalId":7}}"#, #"{"other":{}}"#,
        #"{"entitlement":{"startDate":"2026-02-30"}}"#, #"{"entitlement":{"state":"OPEN"}}"#,
        #"{"entitlement":{"productKeys":{"productKey":{}}}}"#, #"{"entitlement":{"externalId":"\ud800"}}"#,
        #"{"entitlement":{"productKeys":{"productKey":[{"totalQuantity":"10","item":\#(item)}]}}}"#,
    ])
    func `A body of a wrong shape is the documented error 152`(body: String) async throws {
        try await withSandbox { client in
            let headers = Self.basic.merging(Self.json) { $1 }
            let answer = try await client.send("POST", "/ems/api/v5/entitlements", headers, Array(body.utf8))
            #expect(answer.status == 400)
            #expect(answer.errorCode == 152)
        }
    }

    @Test func `Unknown members and query parameters are ignored`() async throws {
        try await withSandbox { client in
            let body: JSON = ["entitlement": ["lineItems": ["x": [1, 2]], "refId1": "PO"], "more": 1]
            let answer = try await client.call("POST", "/entitlements?unknown=1", body)
            #expect(answer.status == 201)
            #expect(try answer.at("entitlement.refId1") == "PO")
        }
    }

    @Test func `Neither a large, a deep nor a badly encoded request does harm`() async throws {
        try await withSandbox { client in
            let headers = Self.basic.merging(Self.json) { $1 }
            let path = "/ems/api/v5/entitlements"
            let large = [UInt8](repeating: UInt8(ascii: " "), count: (1 << 20) + 1)
            try await client.send("POST", path, headers, large).expect(413)
            let deep = [UInt8](repeating: UInt8(ascii: "["), count: 500_000)
            let deepAnswer = try await client.send("POST", path, headers, deep)
            #expect(deepAnswer.errorCode == 152)
            let latin1 = Array(#"{"entitlement":{"externalId":""#.utf8) + [0xE4] + Array(#""}}"#.utf8)
            let latin1Answer = try await client.send("POST", path, headers, latin1)
            #expect(latin1Answer.errorCode == 152)
            for bad in ["/externalId=%", "/externalId=%2", "/externalId=%zz", "/externalId=%ff", "?externalId=%"] {
                try await client.call("GET", "/entitlements" + bad).expect(400)
            }
            try await client.call("GET", "/products").expect(200)
        }
    }
}
