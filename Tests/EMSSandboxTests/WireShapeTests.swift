import Testing

@testable import EMSSandbox

@Suite struct WireShapeTests {
    @Test func `An entitlement is answered with nulls, empty texts and mixed types as EMS has them`() async throws {
        try await withSandbox { client in
            let answer = try await client.create("", lines: [Client.line()])
            for absent in [
                "customer", "contact", "entitlementPartners", "entitlementFingerprints", "entitlementAttributes",
            ] {
                #expect(try answer.at("entitlement.\(absent)") == .null, "\(absent)")
            }
            for empty in ["externalId", "refId1", "refId2", "ccEmail"] {
                #expect(try answer.at("entitlement.\(empty)") == "", "\(empty)")
            }
            #expect(answer.text.contains(#""expiry":{"neverExpires":true}"#))
            #expect(answer.text.contains(#""SAOT":"false""#))
            #expect(answer.text.contains(#""identifier":"29","productType""#), "a product's is text")
            #expect(answer.text.contains(#""identifier":31,"nameVersion""#), "a feature's is a number")
            #expect(try answer.at("entitlement.productKeys.productKey.0.customAttributes") == .null)
            #expect(try answer.at("entitlement.productKeys.productKey.0.splittedQuantity") == 0)
            #expect(
                try answer.at("entitlement.customAttributes.customAttribute.0") == [
                    "name": "Order Number", "value": "",
                ]
            )
        }
    }

    @Test func `A created resource has an address, and no body when it isn't wanted`() async throws {
        try await withSandbox { client in
            let created = try await client.create("A")
            let id = try created.text("entitlement.id")
            #expect(created.headers["location"] == "/ems/api/v5/entitlements/\(id)")
            let body: JSON = ["entitlement": ["externalId": "B"]]
            let quiet = try await client.call("POST", "/entitlements?returnResource=false", body)
            #expect(quiet.status == 204)
            #expect(quiet.text.isEmpty)
            #expect(quiet.headers["location"]?.isEmpty == false)
            #expect(
                try await client.call("PATCH", "/entitlements/externalId=B?returnResource=false", body).status == 204
            )
            #expect(
                try await client.call("PATCH", "/entitlements/externalId=B?returnResource=true", body).status == 200
            )
            #expect(try await client.call("PATCH", "/entitlements/externalId=B", body).status == 200)
        }
    }

    @Test func `Audit dates are minutes of UTC, and a new entitlement counts as modified at its creation`() async throws
    {
        try await withSandbox { client in
            let answer = try await client.create("A")
            #expect(try answer.at("entitlement.creationDate") == "2026-03-10 08:16")
            #expect(try answer.at("entitlement.lastModifiedDate") == "2026-03-10 08:16")
            #expect(try answer.at("entitlement.startDate") == "2026-03-10")
            let customer = try await client.call("POST", "/customers", ["customer": ["name": "C"]])
            #expect(try customer.at("customer.creationDate") == "2026-03-10 08:16")
            #expect(try customer.at("customer.lastModifiedDate") == "")
            #expect(try customer.at("customer.contacts") == .null)
            #expect(try customer.text("customer.identifier").count == 36)
            let identifier = try customer.text("customer.identifier")
            client.clock.advance(days: 1)
            let changed = try await client.call(
                "PATCH",
                "/customers/identifier=\(identifier)",
                ["customer": ["refId": "R"]]
            )
            #expect(try changed.at("customer.lastModifiedDate") == "2026-03-11 08:16")
        }
    }

    @Test func `createdBy is the login, whatever was sent`() async throws {
        try await withSandbox { client in
            let body: JSON = ["entitlement": ["createdBy": "me", "eId": "mine", "availableQuantity": 3]]
            let answer = try await client.call("POST", "/entitlements", body)
            #expect(try answer.at("entitlement.createdBy") == "sandbox")
            #expect(try answer.at("entitlement.eId") != "mine")
        }
    }

    @Test func `Dates are checked, expiryInDays becomes an end date, and forever drops it`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            let trial = try await client.patch(
                "A",
                ["startDate": "2026-03-10", "expiry": ["neverExpires": false, "expiryInDays": "30"]]
            )
            #expect(try trial.at("entitlement.expiry") == ["neverExpires": false, "endDate": "2026-04-08"])
            #expect(try await client.patch("A", ["expiry": ["endDate": "2026-03-09"]]).status == 400)
            #expect(try await client.get("A").at("entitlement.expiry.endDate") == "2026-04-08")
            let forever = try await client.patch("A", ["expiry": ["neverExpires": true, "endDate": "2026-12-31"]])
            #expect(try forever.at("entitlement.expiry") == ["neverExpires": true])
            #expect(try await client.patch("A", ["expiry": ["neverExpires": false]]).status == 400)
        }
    }
}
