import Testing

@testable import EMSSandbox

@Suite struct SearchTests {
    @Test func `A text filter means begins-with unless told otherwise`() async throws {
        try await withSandbox { client in
            for id in ["ORDER-1", "ORDER-10", "MY-ORDER-1"] { try await client.create(id) }
            #expect(try await client.search("externalId=ORDER-1") == ["ORDER-1", "ORDER-10"])
            #expect(try await client.search("externalId=ORDER-1&searchPattern=Normal") == ["ORDER-1", "ORDER-10"])
            #expect(try await client.search("externalId=ORDER-1&searchPattern=Exact") == ["ORDER-1"])
            let like = try await client.search("externalId=ORDER-1&searchPattern=Like")
            #expect(like == ["ORDER-1", "ORDER-10", "MY-ORDER-1"])
            try await client.call("GET", "/entitlements?searchPattern=exact").expect(400)
        }
    }

    @Test func `With no rows the list is missing`() async throws {
        try await withSandbox { client in
            for (path, name) in [
                ("/entitlements", "entitlements"), ("/customers", "customers"), ("/contacts", "contacts"),
            ] {
                let answer = try await client.call("GET", path)
                #expect(answer.text == #"{"\#(name)":{"count":0}}"#)
            }
        }
    }

    @Test func `Nested objects come only when embedded`() async throws {
        try await withSandbox { client in
            try await client.create("A")
            let nested = ["customer", "contact", "productKeys", "customAttributes", "entitlementPartners"]
            let bare = try await client.call("GET", "/entitlements")
            for name in nested { #expect(try bare.at("entitlements.entitlement.0.\(name)") == nil) }
            #expect(try bare.at("entitlements.entitlement.0.state") == "ENABLE")
            let embedded = try await client.call("GET", "/entitlements?embed=\(nested.joined(separator: ","))")
            for name in nested { #expect(try embedded.at("entitlements.entitlement.0.\(name)") != nil) }
            let line = "entitlements.entitlement.0.productKeys.productKey.0"
            #expect(try embedded.at(line + ".item") == nil)
            let items = try await client.call("GET", "/entitlements?embed=productKeys,productKey.item")
            #expect(try items.at(line + ".item.itemProduct.product.externalId") == "GC3040")
        }
    }

    @Test func `Pages are counted by rows, and a larger one is cut to 200`() async throws {
        try await withSandbox { client in
            for number in 0..<205 { try await client.create("P-\(number)", state: "DRAFT", lines: []) }
            #expect(try await client.search("").count == 200)
            #expect(try await client.search("pageSize=500").count == 200)
            #expect(try await client.search("pageSize=3&pageStartIndex=1") == ["P-1", "P-2", "P-3"])
            let last = try await client.call("GET", "/entitlements?pageStartIndex=200")
            #expect(try last.at("entitlements.count") == 5)
            #expect(try await client.search("externalId=P-20&pageStartIndex=1&pageSize=2") == ["P-200", "P-201"])
            #expect(try await client.search("pageStartIndex=205") == [])
            try await client.call("DELETE", "/entitlements/externalId=P-0").expect(204)
            #expect(try await client.search("pageStartIndex=1&pageSize=1") == ["P-2"])
            for bad in ["pageSize=0", "pageSize=x", "pageStartIndex=-1"] {
                try await client.call("GET", "/entitlements?\(bad)").expect(400)
            }
            #expect(try await client.search("sortByDesc=externalId&pageSize=2") == ["P-99", "P-98"])
        }
    }

    @Test func `Paging through a filtered search misses nothing, changes in between or not`() async throws {
        try await withSandbox { client in
            for number in 0..<6 {
                try await client.create("P-\(number)")
                try await client.create("Q-\(number)")
            }
            let page = "externalId=P&pageSize=2&pageStartIndex="
            #expect(try await client.search(page + "0") == ["P-0", "P-1"])
            #expect(try await client.search(page + "2") == ["P-2", "P-3"])
            #expect(try await client.search("externalId=Q&pageSize=2&pageStartIndex=4") == ["Q-4", "Q-5"])
            #expect(try await client.search(page + "4") == ["P-4", "P-5"])
            #expect(try await client.search(page + "6") == [])
            #expect(try await client.search(page + "2") == ["P-2", "P-3"])
            try await client.patch("P-0", ["externalId": "R-0"]).expect(200)
            #expect(try await client.search(page + "4") == ["P-5"])
        }
    }

    @Test func `The modified filter leaves out what was never modified`() async throws {
        try await withSandbox { client in
            try await client.create("OLD")
            try await client.create("CHANGED")
            client.clock.advance(days: 2)
            try await client.patch("CHANGED", ["refId1": "X"]).expect(200)
            try await client.create("NEW")
            #expect(try await client.search("modifiedDateFrom=2026-03-10") == ["CHANGED"])
            #expect(try await client.search("modifiedDateFrom=2026-03-12&modifiedDateTo=2026-03-12") == ["CHANGED"])
            #expect(try await client.search("modifiedDateTo=2026-03-11") == [])
            #expect(try await client.search("creationDateFrom=2026-03-12") == ["NEW"])
            #expect(try await client.search("creationDateTo=2026-03-10") == ["OLD", "CHANGED"])
            try await client.call("GET", "/entitlements?creationDateTo=10.3.2026").expect(400)
        }
    }

    @Test func `A change of a line modifies its entitlement`() async throws {
        try await withSandbox { client in
            let pkId = try await client.create("A").text("entitlement.productKeys.productKey.0.pkId")
            try await client.call("POST", "/productKeys/\(pkId)/disable").expect(200)
            #expect(try await client.search("modifiedDateFrom=2026-03-10") == ["A"])
        }
    }

    @Test func `States, ids and customers filter`() async throws {
        try await withSandbox { client in
            let customer: JSON = ["customer": ["name": "Cartography", "identifier": "C-1"]]
            let created = try await client.call("POST", "/customers", customer)
            let id = try created.text("customer.id")
            try await client.bring("OFF", to: "CLOSED")
            let eId = try await client.create("A").text("entitlement.eId")
            try await client.patch("A", ["customer": ["identifier": "C-1"], "refId2": "SO-1"]).expect(200)
            for query in [
                "state=ENABLE", "customerId=\(id)", "customerName=Carto", "customerIdentifier=C-1", "eId=\(eId),none",
                "refId2=SO", "itemExternalId=A/1", "state=ENABLE&productExternalId=GC3040",
            ] {
                #expect(try await client.search(query) == ["A"], "\(query)")
            }
            #expect(try await client.search("state=CLOSED") == ["OFF"])
            #expect(try await client.search("customerName=graphy") == [])
            #expect(try await client.call("GET", "/customers?name=Carto").at("customers.count") == 1)
            let exact = try await client.call("GET", "/customers?identifier=C-1&searchPattern=Exact")
            #expect(try exact.at("customers.customer.0.id") == .string(id))
        }
    }

    @Test func `Comments and the acting person are in the transaction log`() async throws {
        try await withSandbox { client in
            let eId = try await client.create("A").text("entitlement.eId")
            let path = "/entitlements/externalId=A/close?comments=cmd%3A42+end&executedBy=jane"
            try await client.call("POST", path).expect(200)
            try await client.call("POST", path).expect(400)
            let log = try await client.call("GET", "/transactions?entityIdentifier=\(eId)&txtSearch=cmd:42")
            #expect(try log.at("transactions.count") == 1)
            #expect(try log.at("transactions.transaction.0.comments") == "cmd:42 end")
            #expect(try log.at("transactions.transaction.0.executedBy") == "jane")
            #expect(try log.at("transactions.transaction.0.operation") == "Close Entitlement")
        }
    }
}
