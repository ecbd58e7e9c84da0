import Testing

@testable import EMSSandbox

@Suite struct LoadTests {
    @Test func `Concurrent additions to one line are all counted`() async throws {
        try await withSandbox { client in
            let pkId = try await client.create("A").text("entitlement.productKeys.productKey.0.pkId")
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        try await client.call("PATCH", "/productKeys/\(pkId)", ["productKey": ["totalQuantity": 1]])
                            .status
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(try await client.call("GET", "/productKeys/\(pkId)").at("productKey.totalQuantity") == 60)
        }
    }

    @Test func `One of many creations under the same external id wins`() async throws {
        try await withSandbox { client in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try await client.call("POST", "/entitlements", ["entitlement": ["externalId": "A"]]).status
                    }
                }
                return try await group.reduce(into: [Int: Int]()) { $0[$1, default: 0] += 1 }
            }
            #expect(statuses == [201: 1, 400: 19])
        }
    }
}
