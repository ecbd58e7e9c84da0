import Foundation
import Testing

@testable import EMSSandbox

@Suite struct StateFileTests {
    private func withFile(_ body: (String) async throws -> Void) async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "ems-sandbox-\(UUID().uuidString).json").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try await body(path)
    }

    @Test func `What was answered is there after a restart`() async throws {
        try await withFile { path in
            let answers = try await Self.fill(path)
            try await withSandbox(stateFile: path) { client in
                #expect(try await client.get("A").text == answers.entitlement)
                #expect(try await client.call("GET", "/products").text == answers.products)
                #expect(try await client.call("GET", "/transactions?txtSearch=kept").at("transactions.count") == 1)
                try await client.call("POST", "/entitlements", ["entitlement": ["externalId": "A"]]).expect(400)
                try await client.call("DELETE", "/customers/externalId=C-1").expect(400)
                try await client.create("B")
            }
        }
    }

    private static func fill(_ path: String) async throws -> (entitlement: String, products: String) {
        let answers = AsyncStream<(entitlement: String, products: String)>.makeStream()
        try await withSandbox(stateFile: path) { client in
            try await client.call("POST", "/customers", ["customer": ["name": "C", "externalId": "C-1"]]).expect(201)
            try await client.create("A")
            let change: JSON = ["entitlement": ["customer": ["externalId": "C-1"], "refId1": "ä\"\u{1}"]]
            try await client.call("PATCH", "/entitlements/externalId=A?comments=kept", change).expect(200)
            // The file has it as soon as it is answered, not only after an orderly end.
            #expect(try StateFile.load(path)?.entitlements[.externalId, "A"]?.refId1 == "ä\"\u{1}")
            let products = try await client.call("GET", "/products").text
            answers.continuation.yield((try await client.get("A").text, products))
        }
        var iterator = answers.stream.makeAsyncIterator()
        return try #require(await iterator.next())
    }

    @Test(arguments: ["", "{", #"{"format":1,"tenant":{}}"#, #"{"format":2}"#, "not a state"])
    func `A corrupt file is refused with its name and never overwritten`(content: String) async throws {
        try await withFile { path in
            try content.write(toFile: path, atomically: true, encoding: .utf8)
            let error = #expect(throws: StateFileError.self) {
                try Sandbox(SandboxConfiguration(port: 0, stateFile: path))
            }
            #expect(error?.description.contains(path) == true)
            #expect(try String(contentsOfFile: path, encoding: .utf8) == content)
        }
    }

    @Test func `A file that can't be written shows at the start`() {
        #expect(throws: StateFileError.self) {
            try Sandbox(SandboxConfiguration(port: 0, stateFile: "/nonexistent/folder/state.json"))
        }
    }
}
