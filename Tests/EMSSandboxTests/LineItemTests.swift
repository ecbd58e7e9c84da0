import Testing

@testable import EMSSandbox

@Suite struct LineItemTests {
    @Test func `A quantity is added to an enabled line and set on a draft`() async throws {
        try await withSandbox { client in
            for (state, after) in [("ENABLE", 15), ("DRAFT", 5)] as [(String, Int)] {
                let pkId = try await client.create(state, state: state).text(
                    "entitlement.productKeys.productKey.0.pkId"
                )
                let line: JSON = ["pkId": .string(pkId), "totalQuantity": 5]
                let patched = try await client.patch(state, ["productKeys": ["productKey": [line]]])
                #expect(try patched.at("entitlement.productKeys.productKey.0.totalQuantity") == .integer(after))
                let direct = try await client.call(
                    "PATCH",
                    "/productKeys/\(pkId)",
                    ["productKey": ["totalQuantity": 5]]
                )
                let total = state == "ENABLE" ? after + 5 : after
                #expect(try direct.at("productKey.totalQuantity") == .integer(total))
                #expect(try direct.at("productKey.availableQuantity") == .integer(total))
            }
        }
    }

    @Test func `A quantity can't become negative or less than is activated`() async throws {
        try await withSandbox { client in
            let pkId = try await client.create("A").text("entitlement.productKeys.productKey.0.pkId")
            let key = "/productKeys/\(pkId)"
            try await client.call("PATCH", key, ["productKey": ["totalQuantity": -11]]).expect(400)
            try await client.activate(pkId, 4).expect(200)
            try await client.call("PATCH", key, ["productKey": ["totalQuantity": -7]]).expect(400)
            try await client.call("PATCH", key, ["productKey": ["totalQuantity": -6]]).expect(200)
            let line = try await client.call("GET", key)
            #expect(try line.at("productKey.totalQuantity") == 4)
            #expect(try line.at("productKey.availableQuantity") == 0)
        }
    }

    @Test func `A line without an id is appended, and one with an id is updated`() async throws {
        try await withSandbox { client in
            let created = try await client.create("A")
            let id = try created.text("entitlement.productKeys.productKey.0.id")
            let lines: JSON = [
                [
                    "id": .string(id), "expiry": ["endDate": "2027-01-31"],
                    "customAttributes": ["customAttribute": [["name": "n", "value": "v"]]],
                ],
                Client.line("A/2", quantity: 3, product: "GC3041"),
            ]
            let patched = try await client.patch("A", ["productKeys": ["productKey": lines]])
            let found = try patched.at("entitlement.productKeys.productKey")?.elements ?? []
            #expect(found.count == 2)
            #expect(found[0].at("expiry.endDate") == "2027-01-31")
            #expect(found[0].at("totalQuantity") == 10)
            #expect(found[0].at("customAttributes.customAttribute.0.value") == "v")
            #expect(found[1].at("externalId") == "A/2")
            #expect(found[1].at("totalQuantity") == 3)
            #expect(try patched.at("entitlement.expiry") == ["neverExpires": true], "the header doesn't follow")
            // Sent again blindly, it would be there twice, if it had no external id.
            let unnamed: JSON = ["productKeys": ["productKey": [Client.line()]]]
            try await client.patch("A", unnamed).expect(200)
            try await client.patch("A", unnamed).expect(200)
            #expect(try await client.get("A").at("entitlement.productKeys.productKey")?.elements.count == 4)
            let stale: JSON = ["productKeys": ["productKey": [["pkId": "none", "totalQuantity": 1]]]]
            try await client.patch("A", stale).expect(400)
        }
    }

    @Test func `Header dates don't reach the lines`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            let patched = try await client.patch("A", ["expiry": ["neverExpires": false, "endDate": "2027-01-31"]])
            #expect(try patched.at("entitlement.expiry.endDate") == "2027-01-31")
            #expect(try patched.at("entitlement.productKeys.productKey.0.expiry") == ["neverExpires": true])
        }
    }

    @Test func `A refused PATCH leaves nothing behind`() async throws {
        try await withSandbox { client in
            let before = try await client.create("A")
            let lines: JSON = [Client.line("A/2"), Client.line("A/3", product: "GC3090")]
            let refused = try await client.patch("A", ["refId1": "X", "productKeys": ["productKey": lines]])
            #expect(refused.status == 400)
            #expect(try await client.get("A").text == before.text)
        }
    }

    @Test(arguments: [("GC3090", 90_013), ("none", 90_012)])
    func `A product must be enabled, and exist`(product: String, code: Int) async throws {
        try await withSandbox { client in
            let body: JSON = ["entitlement": ["productKeys": ["productKey": [Client.line(product: product)]]]]
            let answer = try await client.call("POST", "/entitlements", body)
            #expect(answer.status == 400)
            #expect(answer.errorCode == .integer(code))
            try await client.control("POST", "/products", ["externalId": .string(product), "state": "ENABLE"]).expect(
                product == "none" ? 201 : 200
            )
            try await client.call("POST", "/entitlements", body).expect(201)
        }
    }

    @Test func `A product is named by any of its identifiers`() async throws {
        try await withSandbox { client in
            let names: [JSON] = [
                ["identifier": "29"], ["nameVersion": ["name": "Geo Capture Standard", "version": "1.0"]],
            ]
            for name in names {
                let line: JSON = ["item": ["itemProduct": ["product": name]]]
                let created = try await client.create("", lines: [line])
                let product = "entitlement.productKeys.productKey.0.item.itemProduct.product.externalId"
                #expect(try created.at(product) == "GC3040")
            }
        }
    }

    @Test func `A line is disabled, enabled and closed for good`() async throws {
        try await withSandbox { client in
            let pkId = try await client.create("A").text("entitlement.productKeys.productKey.0.pkId")
            let key = "/productKeys/\(pkId)"
            try await client.call("POST", key + "/enable").expect(400)
            try await client.call("POST", key + "/disable").expect(200)
            #expect(try await client.get("A").at("entitlement.productKeys.productKey.0.state") == "DISABLE")
            try await client.call("POST", key + "/enable").expect(200)
            let disable: JSON = ["productKeys": ["productKey": [["pkId": .string(pkId), "state": "DISABLE"]]]]
            let patched = try await client.patch("A", disable)
            #expect(try patched.at("entitlement.productKeys.productKey.0.state") == "DISABLE")
            try await client.call("POST", key + "/close").expect(200)
            try await client.call("POST", key + "/close").expect(400)
            try await client.call("PATCH", key, ["productKey": ["totalQuantity": 1]]).expect(400)
            #expect(try await client.get("A").at("entitlement.state") == "ENABLE")
        }
    }

    @Test func `A line is posted to an enabled entitlement`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            let posted = try await client.call(
                "POST",
                "/entitlements/externalId=A/productKeys",
                ["productKey": Client.line("A/2")]
            )
            #expect(posted.status == 201)
            let pkId = try posted.text("productKey.pkId")
            #expect(posted.headers["location"] == "/ems/api/v5/productKeys/\(pkId)")
            #expect(try await client.get("A").at("entitlement.productKeys.productKey.1.pkId") == .string(pkId))
        }
    }

    @Test func `Attributes merge by name`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            func attributes(_ values: KeyValuePairs<String, String>) -> JSON {
                let list = values.map { name, value -> JSON in ["name": .string(name), "value": .string(value)] }
                return ["customAttributes": ["customAttribute": .array(list)]]
            }
            try await client.patch("A", attributes(["Order Type": "Trial", "Own": "1"])).expect(200)
            let merged = try await client.patch("A", attributes(["Order Type": "Subscription"]))
            let list = try merged.at("entitlement.customAttributes.customAttribute")?.elements ?? []
            let values = Dictionary(
                uniqueKeysWithValues: list.map { ($0["name"]?.text ?? "", $0["value"]?.text ?? "") }
            )
            #expect(
                values == ["Order Number": "", "Order Type": "Subscription", "Ends With Term": "", "Own": "1"]
            )
        }
    }

    @Test func `Activations take from what is available`() async throws {
        try await withSandbox { client in
            let pkId = try await client.create("A").text("entitlement.productKeys.productKey.0.pkId")
            let activated = try await client.activate(pkId, 4)
            let aId = try activated.text("activations.activation.0.aId")
            #expect(try await client.call("GET", "/activations/aId=\(aId)").at("activation.activationQuantity") == 4)
            #expect(try await client.call("GET", "/activations?productKey=\(pkId)").at("activations.count") == 1)
            try await client.activate(pkId, 7).expect(400)
            let line = try await client.call("GET", "/productKeys/\(pkId)")
            #expect(try line.at("productKey.totalQuantity") == 10)
            #expect(try line.at("productKey.availableQuantity") == 6)
        }
    }
}

extension Client {
    func activate(_ pkId: String, _ quantity: Int) async throws -> Answer {
        try await call(
            "POST",
            "/activations/bulkActivate",
            [
                "bulkActivation": [
                    "activatees": ["activatee": [["activateeEmailId": "a@example.com", "addIfNotAvailable": true]]],
                    "activationProductKeys": [
                        "activationProductKey": [["pkId": .string(pkId), "activationQuantity": .integer(quantity)]]
                    ],
                ]
            ]
        )
    }
}
