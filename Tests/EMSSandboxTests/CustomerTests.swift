import Testing

@testable import EMSSandbox

@Suite struct CustomerTests {
    @Test func `A customer is created, found by its keys, changed and deleted`() async throws {
        try await withSandbox { client in
            let body: JSON = ["customer": ["name": "C", "externalId": "C-1", "identifier": "I-1"]]
            let created = try await client.call("POST", "/customers", body)
            #expect(created.status == 201)
            let id = try created.text("customer.id")
            #expect(created.headers["location"] == "/ems/api/v5/customers/\(id)")
            for key in [id, "externalId=C-1", "identifier=I-1"] {
                #expect(try await client.call("GET", "/customers/\(key)").at("customer.id") == .string(id))
            }
            try await client.call("POST", "/customers", body).expect(400)
            try await client.call("POST", "/customers", ["customer": [:]]).expect(400)
            try await client.call("DELETE", "/customers/\(id)").expect(204)
            try await client.call("GET", "/customers/\(id)").expect(404)
        }
    }

    @Test func `A contact needs name, e-mail and password, and its e-mail is unique`() async throws {
        try await withSandbox { client in
            try await client.call("POST", "/customers", ["customer": ["name": "C", "externalId": "C-1"]]).expect(201)
            let contact: JSON = [
                "contact": [
                    "name": "N", "emailId": "n+1@example.com", "password": "secret", "customer": ["externalId": "C-1"],
                ]
            ]
            let created = try await client.call("POST", "/contacts", contact)
            #expect(created.status == 201)
            #expect(try created.at("contact.lastModifiedDate") == "")
            #expect(try created.at("contact.customer.name") == "C")
            #expect(!created.text.contains("secret"))
            try await client.call("POST", "/contacts", contact).expect(400)
            for missing: JSON in [
                ["contact": ["name": "N", "emailId": "x@example.com"]],
                ["contact": ["emailId": "x@example.com", "password": "p"]],
                ["contact": ["name": "N", "password": "p"]],
            ] {
                try await client.call("POST", "/contacts", missing).expect(400)
            }
            let found = try await client.call("GET", "/contacts/emailId=n%2B1@example.com")
            #expect(try found.at("contact.name") == "N")
            let customer = try await client.call("GET", "/customers/externalId=C-1")
            #expect(try customer.at("customer.contacts.contact.0.emailId") == "n+1@example.com")
        }
    }

    @Test func `Partners are named on an entitlement, five at most`() async throws {
        try await withSandbox { client in
            let partner: JSON = ["partner": ["externalId": "CP-1"]]
            func body(_ partners: [JSON]) -> JSON {
                ["entitlement": ["entitlementPartners": ["entitlementPartner": .array(partners)]]]
            }
            let created = try await client.call("POST", "/entitlements", body([partner]))
            let identifier = "entitlement.entitlementPartners.entitlementPartner.0.partner.identifier"
            #expect(try created.at(identifier) == "PARTNER-1")
            try await client.call("POST", "/entitlements", body(Array(repeating: partner, count: 6))).expect(400)
            try await client.call("POST", "/entitlements", body([["partner": ["externalId": "none"]]])).expect(400)
        }
    }
}
