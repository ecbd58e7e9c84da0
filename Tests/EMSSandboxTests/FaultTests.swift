import Testing

@testable import EMSSandbox

@Suite struct FaultTests {
    private static let renewal: JSON = ["entitlement": ["refId1": "DONE"]]

    @Test func `A status is answered so many times, with its Retry-After, and nothing is done`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            let fault: JSON = ["match": ["method": "PATCH"], "status": 429, "retryAfter": 60, "count": 2]
            try await client.control("POST", "/faults", fault).expect(201)
            for _ in 0..<2 {
                let answer = try await client.call("PATCH", "/entitlements/externalId=A", Self.renewal)
                #expect(answer.status == 429)
                #expect(answer.headers["retry-after"] == "60")
                #expect(answer.errorCode != nil)
            }
            #expect(try await client.get("A").at("entitlement.refId1") == "")
            try await client.call("PATCH", "/entitlements/externalId=A", Self.renewal).expect(200)
            let armed = try await client.control("GET", "/faults")
            #expect(try armed.at("faults.0.hits") == 2)
            #expect(try armed.at("faults.0.remaining") == 0)
        }
    }

    @Test(arguments: [("before", ""), ("after", "DONE")])
    func `A dropped connection leaves the write undone, or done`(drop: String, expected: String) async throws {
        try await withSandbox { client in
            try await client.create("A")
            let fault: JSON = ["match": ["method": "PATCH"], "drop": .string(drop), "count": 1]
            try await client.control("POST", "/faults", fault).expect(201)
            #expect(try await client.attempt("PATCH", "/entitlements/externalId=A", Self.renewal) == nil)
            #expect(try await client.get("A").at("entitlement.refId1") == .string(expected))
            try await client.call("PATCH", "/entitlements/externalId=A", Self.renewal).expect(200)
        }
    }

    @Test func `A late write lands though the client has gone`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            let fault: JSON = ["match": ["method": "PATCH"], "drop": "late", "delayMs": 300, "count": 1]
            try await client.control("POST", "/faults", fault).expect(201)
            let begin = ContinuousClock.now
            #expect(try await client.attempt("PATCH", "/entitlements/externalId=A", Self.renewal) == nil)
            let seen = try await client.get("A").at("entitlement.refId1")
            // Unless the machine was slow, the write hasn't landed yet.
            if ContinuousClock.now - begin < .milliseconds(250) { #expect(seen == "") }
            #expect(try await eventually { try await client.get("A").at("entitlement.refId1") == "DONE" })
            #expect(ContinuousClock.now - begin >= .milliseconds(300))
        }
    }

    @Test func `A late write is dropped by a reset`() async throws {
        try await withSandbox { client in
            let fault: JSON = ["match": ["method": "POST"], "drop": "late", "delayMs": 100, "count": 1]
            try await client.control("POST", "/faults", fault).expect(201)
            let body: JSON = ["entitlement": ["externalId": "LATE"]]
            #expect(try await client.attempt("POST", "/entitlements", body) == nil)
            try await client.control("DELETE", "/state").expect(204)
            // A second late write, behind the first, shows that the first one's time has passed.
            let second: JSON = ["match": ["method": "POST"], "drop": "late", "delayMs": 200, "count": 1]
            try await client.control("POST", "/faults", second).expect(201)
            let later: JSON = ["entitlement": ["externalId": "LATER"]]
            #expect(try await client.attempt("POST", "/entitlements", later) == nil)
            #expect(try await eventually { try await client.search("") == ["LATER"] })
        }
    }

    @Test func `A slow answer comes after its delay, and its write is done at once`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            let fault: JSON = ["match": ["method": "PATCH"], "delayMs": 300, "count": 1]
            try await client.control("POST", "/faults", fault).expect(201)
            let begin = ContinuousClock.now
            try await client.call("PATCH", "/entitlements/externalId=A", Self.renewal).expect(200)
            #expect(ContinuousClock.now - begin >= .milliseconds(300))
        }
    }

    @Test func `A rate of 1 strikes always and one of 0 never`() async throws {
        try await withSandbox { client in
            try await client.control("POST", "/faults", ["status": 503, "rate": 0]).expect(201)
            for _ in 0..<5 { try await client.call("GET", "/products").expect(200) }
            try await client.control("POST", "/faults", ["status": 503, "rate": 1]).expect(201)
            for _ in 0..<5 { try await client.call("GET", "/products").expect(503) }
            try await client.control("DELETE", "/faults").expect(204)
            try await client.call("GET", "/products").expect(200)
        }
    }

    @Test(arguments: [
        ("/entitlements", true), ("/ems/api/v5/entitlements/externalId=A", true), ("/entitlements/{key}", true),
        ("*/externalId=A", true), ("=/entitlements/externalId=A", true), ("*A*", true),
        ("/customers", false), ("=/entitlements", false), ("/entitlements/{key}/close", false),
        ("*/externalId=B", false),
        ("/ems/availability", false),
    ])
    func `A fault strikes the paths that match`(pattern: String, strikes: Bool) async throws {
        try await withSandbox { client in
            try await client.create("A")
            let fault: JSON = ["match": ["path": .string(pattern)], "status": 500]
            try await client.control("POST", "/faults", fault).expect(201)
            try await client.get("A").expect(strikes ? 500 : 200)
            let availability = try await client.send("GET", "/ems/availability", [:])
            #expect(availability.status == (pattern == "/ems/availability" ? 500 : 200))
        }
    }

    @Test(arguments: [
        "{}", #"{"status":200}"#, #"{"status":500,"drop":"after"}"#, #"{"drop":"late"}"#, #"{"drop":"never"}"#,
        #"{"status":500,"rate":2}"#, #"{"status":500,"count":0}"#, #"{"delayMs":-1}"#, #"{"status":"500"}"#, "[]", "",
    ])
    func `A fault that makes no sense is refused`(body: String) async throws {
        try await withSandbox { client in
            try await client.send("POST", "/sandbox/faults", [:], Array(body.utf8)).expect(400)
            #expect(try await client.control("GET", "/faults").text == #"{"faults":[]}"#)
        }
    }

    @Test func `Calls are counted by endpoint, refused and dropped ones too`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            try await client.get("A").expect(200)
            try await client.get("B").expect(404)
            try await client.control("POST", "/faults", ["drop": "before", "count": 1]).expect(201)
            #expect(try await client.attempt("GET", "/entitlements/externalId=A") == nil)
            try await client.call("GET", "/nowhere").expect(404)
            #expect(
                try await client.control("GET", "/calls").json
                    == [
                        "calls": ["(unknown)": 1, "GET /entitlements/{key}": 3, "POST /entitlements": 1], "total": 5,
                    ]
            )
        }
    }

    @Test func `A reset leaves the seeds, no faults and no counts`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            try await client.control("POST", "/products", ["externalId": "GC9", "name": "N", "version": "9"]).expect(
                201
            )
            #expect(try await client.call("GET", "/products/nameVersion=N:9").at("product.state") == "ENABLE")
            try await client.control("POST", "/faults", ["match": ["path": "/x"], "status": 500]).expect(201)
            try await client.control("DELETE", "/state").expect(204)
            #expect(try await client.control("GET", "/calls").at("total") == 0)
            #expect(try await client.control("GET", "/faults").text == #"{"faults":[]}"#)
            try await client.get("A").expect(404)
            #expect(try await client.call("GET", "/products").at("products.count") == 4)
        }
    }
}
