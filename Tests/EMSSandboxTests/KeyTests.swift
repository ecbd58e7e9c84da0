import Testing

@testable import EMSSandbox

@Suite struct KeyTests {
    @Test func `An entitlement is found by id, eId= and externalId=, and not by a bare eId`() async throws {
        try await withSandbox { client in
            let created = try await client.create("A")
            let id = try created.text("entitlement.id")
            let eId = try created.text("entitlement.eId")
            for key in [id, "eId=\(eId)", "externalId=A"] {
                #expect(try await client.call("GET", "/entitlements/\(key)").status == 200)
            }
            let bare = try await client.call("GET", "/entitlements/\(eId)")
            #expect(bare.status == 404)
            #expect(bare.errorCode == 125)
            #expect(try await client.call("GET", "/entitlements/id=\(id)").status == 404)
        }
    }

    @Test func `Values are percent-decoded and the equals sign is not`() async throws {
        try await withSandbox { client in
            try await client.create("A/B C:ä=1")
            let encoded = "externalId=A%2FB%20C%3A%C3%A4%3D1"
            #expect(try await client.call("GET", "/entitlements/\(encoded)").status == 200)
            let swallowed = encoded.replacing("externalId=", with: "externalId%3D")
            #expect(try await client.call("GET", "/entitlements/\(swallowed)").status == 404)
        }
    }

    @Test func `The seeds are found by the keys of products and partners`() async throws {
        try await withSandbox { client in
            for key in ["externalId=GC3041", "identifier=30", "nameVersion=Geo%20Capture%20Professional:1.0"] {
                let answer = try await client.call("GET", "/products/\(key)")
                #expect(try answer.at("product.externalId") == "GC3041")
                #expect(try answer.at("product.state") == "ENABLE")
            }
            #expect(try await client.call("GET", "/products/externalId=GC3090").at("product.state") == "DRAFT")
            #expect(try await client.call("GET", "/products/nameVersion=Geo%20Capture%20Professional:2").status == 404)
            for key in ["identifier=PARTNER-1", "externalId=CP-1"] {
                #expect(try await client.call("GET", "/partners/\(key)").at("partner.identifier") == "PARTNER-1")
            }
            #expect(try await client.call("GET", "/products").at("products.count") == 4)
            #expect(try await client.call("GET", "/products?externalId=GC3040,GC3042").at("products.count") == 2)
            #expect(try await client.call("GET", "/partners?identifier=PARTNER").at("partners.count") == 1)
        }
    }

    @Test func `A product key is found by its bare pkId only`() async throws {
        try await withSandbox { client in
            let created = try await client.create("A")
            let pkId = try created.text("entitlement.productKeys.productKey.0.pkId")
            let id = try created.text("entitlement.productKeys.productKey.0.id")
            #expect(try await client.call("GET", "/productKeys/\(pkId)").at("productKey.externalId") == "A/1")
            #expect(try await client.call("GET", "/productKeys/\(id)").status == 404)
            #expect(try await client.call("GET", "/productKeys/pkId=\(pkId)").status == 404)
        }
    }
}
