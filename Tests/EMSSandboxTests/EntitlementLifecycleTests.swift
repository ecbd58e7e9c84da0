import Testing

@testable import EMSSandbox

@Suite struct EntitlementLifecycleTests {
    @Test func `A new entitlement is a draft, and enabling it needs a product`() async throws {
        try await withSandbox { client in
            let draft = try await client.create("A", state: "DRAFT", lines: [])
            #expect(try draft.at("entitlement.productKeys") == .null)
            #expect(try await client.call("POST", "/entitlements/externalId=A/enable").status == 400)
            #expect(try await client.patch("A", ["productKeys": ["productKey": [Client.line("A/1")]]]).status == 200)
            let enabled = try await client.call("POST", "/entitlements/externalId=A/enable")
            #expect(enabled.status == 200)
            #expect(try enabled.at("entitlement.state") == "ENABLE")
            #expect(try enabled.at("entitlement.productKeys.productKey.0.state") == "ENABLE")
            let bare: JSON = ["entitlement": ["state": "ENABLE"]]
            #expect(try await client.call("POST", "/entitlements", bare).status == 400)
            #expect(
                try await client.call("POST", "/entitlements", ["entitlement": [:]]).at("entitlement.state") == "DRAFT"
            )
        }
    }

    @Test(arguments: [
        ("DRAFT", "disable", 400), ("DRAFT", "close", 400), ("DRAFT", "enable", 200),
        ("ENABLE", "enable", 400), ("ENABLE", "disable", 200), ("ENABLE", "close", 200),
        ("DISABLE", "enable", 200), ("DISABLE", "disable", 400), ("DISABLE", "close", 200),
        ("CLOSED", "enable", 400), ("CLOSED", "disable", 400), ("CLOSED", "close", 400),
    ])
    func `Every action is legal from its states only`(state: String, action: String, status: Int) async throws {
        try await withSandbox { client in
            try await client.bring("A", to: state)
            #expect(try await client.call("POST", "/entitlements/externalId=A/\(action)").status == status)
            let after = status == 200 ? ["enable": "ENABLE", "disable": "DISABLE", "close": "CLOSED"][action] : state
            #expect(try await client.get("A").text("entitlement.state") == after)
        }
    }

    @Test(arguments: ["DISABLE", "CLOSED"])
    func `A disabled or closed entitlement can be read and not updated`(state: String) async throws {
        try await withSandbox { client in
            try await client.call("POST", "/customers", ["customer": ["name": "C", "externalId": "C"]]).expect(201)
            let pkId = try await client.bring("A", to: state).text("entitlement.productKeys.productKey.0.pkId")
            let path = "/entitlements/externalId=A"
            try await client.patch("A", ["refId1": "X"]).expect(400)
            try await client.call("PUT", path, ["entitlement": [:]]).expect(400)
            try await client.call("DELETE", path).expect(400)
            try await client.call("PUT", path + "/customer", ["customer": ["externalId": "C"]]).expect(400)
            try await client.call("POST", path + "/productKeys", ["productKey": Client.line()]).expect(400)
            try await client.call("PATCH", "/productKeys/\(pkId)", ["productKey": ["totalQuantity": 1]]).expect(400)
            try await client.call("POST", "/productKeys/\(pkId)/disable").expect(400)
            #expect(try await client.get("A").at("entitlement.refId1") == "")
            #expect(try await client.search("externalId=A") == ["A"])
        }
    }

    @Test func `A PATCH doesn't change the state`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            try await client.patch("A", ["state": "CLOSED"]).expect(200)
            #expect(try await client.get("A").at("entitlement.state") == "ENABLE")
        }
    }

    @Test func `Only a draft can be replaced, and what is left out goes`() async throws {
        try await withSandbox { client in
            let draft = try await client.create("A", state: "DRAFT", lines: [Client.line("A/1"), Client.line("A/2")])
            let pkId = try draft.text("entitlement.productKeys.productKey.1.pkId")
            try await client.patch("A", ["refId1": "PO"]).expect(200)
            var line = try #require(Client.line("A/1", quantity: 3).object)
            line.append("pkId", .string(pkId))
            let body: JSON = ["entitlement": ["externalId": "A", "productKeys": ["productKey": [.object(line)]]]]
            let replaced = try await client.call("PUT", "/entitlements/externalId=A", body)
            #expect(replaced.status == 200)
            #expect(try replaced.at("entitlement.refId1") == "")
            #expect(try replaced.at("entitlement.id") == draft.at("entitlement.id"))
            let lines = try replaced.at("entitlement.productKeys.productKey")?.elements ?? []
            #expect(lines.map { $0["pkId"] } == [.string(pkId)])
            #expect(lines.map { $0["externalId"] } == ["A/1"])
            try await client.call("POST", "/entitlements/externalId=A/enable").expect(200)
            try await client.call("PUT", "/entitlements/externalId=A", body).expect(400)
        }
    }

    @Test func `Only drafts and test entitlements can be deleted, and their external ids are free again`() async throws
    {
        try await withSandbox { client in
            try await client.create("A", state: "DRAFT")
            try await client.call("DELETE", "/entitlements/externalId=A").expect(204)
            try await client.get("A").expect(404)
            try await client.create("A")
            try await client.call("DELETE", "/entitlements/externalId=A").expect(400)
            let test: JSON = [
                "entitlement": [
                    "isTest": true, "externalId": "T", "state": "ENABLE",
                    "productKeys": ["productKey": [Client.line(product: "GC3090")]],
                ]
            ]
            try await client.call("POST", "/entitlements", test).expect(201)
            try await client.call("DELETE", "/entitlements/externalId=T").expect(204)
            #expect(try await client.search("") == ["A"])
        }
    }

    @Test func `External ids are unique, and empty ones are not`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            try await client.create("B")
            try await client.create("", lines: [Client.line()])
            try await client.create("", lines: [Client.line()])
            let again: JSON = ["entitlement": ["externalId": "A"]]
            try await client.call("POST", "/entitlements", again).expect(400)
            try await client.patch("B", ["externalId": "A"]).expect(400)
            try await client.patch("B", ["externalId": "B"]).expect(200)
            try await client.patch("B", ["externalId": "B2"]).expect(200)
            try await client.get("B").expect(404)
            try await client.create("B", lines: [Client.line()])
            try await client.patch("B", ["productKeys": ["productKey": [Client.line("A/1")]]]).expect(400)
            let twice: JSON = [Client.line("B/2"), Client.line("B/2")]
            try await client.patch("B", ["productKeys": ["productKey": twice]]).expect(400)
            #expect(try await client.get("B").at("entitlement.productKeys.productKey")?.elements.count == 1)
        }
    }

    @Test func `A customer and a contact are associated and taken away`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            try await client.call("POST", "/customers", ["customer": ["name": "C", "externalId": "C-1"]]).expect(201)
            let contact: JSON = ["contact": ["name": "N", "emailId": "n@example.com", "password": "p"]]
            try await client.call("POST", "/contacts", contact).expect(201)
            let path = "/entitlements/externalId=A"
            try await client.call("PUT", path + "/customer", ["customer": ["externalId": "C-1"]]).expect(204)
            try await client.call("PUT", path + "/contact", ["contact": ["emailId": "n@example.com"]]).expect(204)
            #expect(try await client.get("A").at("entitlement.customer.name") == "C")
            #expect(try await client.get("A").at("entitlement.contact.emailId") == "n@example.com")
            try await client.call("DELETE", "/customers/externalId=C-1").expect(400)
            try await client.call("DELETE", path + "/customer").expect(204)
            try await client.call("DELETE", path + "/contact").expect(204)
            #expect(try await client.get("A").at("entitlement.customer") == .null)
            try await client.call("DELETE", "/customers/externalId=C-1").expect(204)
            try await client.patch("A", ["customer": ["externalId": "C-1"]]).expect(400)
        }
    }
}

extension Client {
    /// Creates an entitlement and brings it into a state.
    @discardableResult
    func bring(_ externalId: String, to state: String) async throws -> Answer {
        let created = try await create(externalId, state: state == "DRAFT" ? "DRAFT" : "ENABLE")
        let action = ["DISABLE": "disable", "CLOSED": "close"][state]
        if let action { try await call("POST", "/entitlements/externalId=\(externalId)/\(action)").expect(200) }
        return created
    }
}

extension Answer {
    func expect(_ status: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(self.status == status, "\(text)", sourceLocation: sourceLocation)
    }
}

extension JSON {
    var object: JSONObject? { if case .object(let object) = self { object } else { nil } }
}
