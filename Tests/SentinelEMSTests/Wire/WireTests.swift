import SubscriptionLifecycle
import Testing

@testable import SentinelEMS

@Suite("What EMS writes is read tolerantly")
struct WireTests {
    private func read(_ text: String) throws -> Entitlement { try EntitlementReader.read(Array(text.utf8)) }

    @Test("an answer as a real tenant gave it")
    func observed() throws {
        let entitlement = try read(
            #"""
            {"entitlement":{"externalId":"","createdBy":"s4aweb","creationDate":"2025-05-27 14:24",
             "entitlementAsWhole":false,"eId":"454ddc8d","id":"8268d7c1","startDate":"2025-05-27",
             "expiry":{"neverExpires":true},"customer":{"id":"37ec7d2a","name":"TestCustomer1","identifier":"1fbfbb36",
             "externalId":""},"contact":null,"entitlementPartners":null,"entitlementFingerprints":null,
             "userRegistration":"NONE","refId1":"","refId2":"","activationAllowed":true,"state":"ENABLE",
             "marketGroup":{"id":"14a7a6a8","name":"MEZTZ"},
             "customAttributes":{"customAttribute":[{"name":"Order Number","value":""}]},
             "productKeys":{"productKey":[{"pkId":"49d31b79","externalId":"","startDate":"2025-05-27",
             "expiry":{"neverExpires":true},"totalQuantity":1,"availableQuantity":1,"state":"ENABLE",
             "item":{"itemProduct":{"product":{"externalId":"","id":"d2a32891","identifier":"29",
             "nameVersion":{"name":"SQL4automation V5 Light","version":"1"}},
             "itemProductFeatures":{"itemProductFeature":[{"feature":{"identifier":31},"SAOT":"false"}]}}},
             "commonLicenseAttributes":null,"customAttributes":null}]},"entitlementAttributes":null}}
            """#
        )
        #expect(entitlement.entitlementID == "454ddc8d")
        #expect(entitlement.externalID.isEmpty)
        #expect(entitlement.term.end == nil)
        #expect(entitlement.customer == .init(id: "37ec7d2a", identifier: "1fbfbb36", name: "TestCustomer1"))
        #expect(entitlement.contactEmail == nil && entitlement.channelPartner == nil)
        #expect(entitlement.orderID == nil && entitlement.purchaseOrder == nil)
        #expect(entitlement.attributes.isEmpty)
        let line = try #require(entitlement.lineItems.first)
        #expect(line.lineID.description == "49d31b79")
        #expect(line.product.externalID == nil && line.product.identifier == "29")
    }

    @Test("numbers as texts, texts as numbers, one object in place of a list")
    func shapes() throws {
        let entitlement = try read(
            #"""
            {"entitlement":{"eId":4711,"externalId":"SUB-1","state":"enable","refId2":77,
             "expiry":{"neverExpires":"false","endDate":"2026-12-31 23:59"},"unknown":[{"a":[1,2,{"b":null}]}],
             "productKeys":{"productKey":{"pkId":1,"externalId":"SUB-1/7","state":"DISABLE","totalQuantity":"10",
             "availableQuantity":4.0}}}}
            """#
        )
        #expect(entitlement.entitlementID == "4711" && entitlement.orderID == "77")
        #expect(entitlement.term.end?.description == "2026-12-31")
        let line = try #require(entitlement.lineItems.first)
        #expect(line.lineID.description == "7" && line.quantity == 10 && line.available == 4 && line.activated == 6)
        #expect(line.state == .disabled)
    }

    @Test("numbers beyond all sense are bounded, so that nothing computed from them can overflow")
    func bounds() throws {
        for (written, read) in [
            ("9223372036854775807", 1_000_000_000_000), ("-9223372036854775808", 0), ("1e300", 0), ("-1", 0),
        ] {
            let entitlement = try self.read(
                #"""
                {"entitlement":{"eId":"1","externalId":"S","state":"ENABLE","productKeys":{"productKey":[
                 {"pkId":"1","externalId":"S/1","state":"ENABLE","totalQuantity":\#(written),
                  "availableQuantity":-9223372036854775808}]}}}
                """#
            )
            let line = try #require(entitlement.lineItems.first)
            #expect(line.quantity == read && line.available == 0 && line.activated == read, "\(written)")
        }
    }

    @Test("a line that somebody else named keeps that name")
    func foreignLine() throws {
        let entitlement = try read(
            #"""
            {"entitlement":{"eId":"e","externalId":"SUB-1","state":"ENABLE","productKeys":{"productKey":[
             {"pkId":"a","externalId":"ERP 9/1","state":"ENABLE"},{"pkId":"b","externalId":"SUB-1/ä","state":"ENABLE"},
             {"pkId":"c","externalId":"SUB-10/1","state":"ENABLE"}]}}}
            """#
        )
        #expect(entitlement.lineItems.map(\.lineID.description) == ["ERP 9/1", "SUB-1/ä", "SUB-10/1"])
    }

    @Test("of two lines with one name, the one in force comes first")
    func twins() throws {
        let entitlement = try read(
            Wire.entitlement(
                Wire.line("1", pkId: "old", state: "DISABLE"),
                Wire.line("2"),
                Wire.line("1", pkId: "new")
            )
        )
        #expect(entitlement.line(entitlement.lineItems[0].lineID)?.state == .enabled)
        #expect(entitlement.lineItems.count == 3)
        #expect(entitlement.lineItems.first { $0.lineID.description == "1" }?.productKeyID == "new")
    }

    @Test(
        "what can't be understood is told, not trapped",
        arguments: [
            "", "<html>", "[]", "{}", "null", #"{"entitlement":"x"}"#, #"{"entitlement":{"eId":"e","state":"GONE"}}"#,
            #"{"entitlement":{"eId":"e","state":"ENABLE","startDate":"soon"}}"#, #"{"a":"\ud8"}"#, #"{"a":"\"#,
            #"{"entitlement":{"eId":"e","state":"ENABLE","productKeys":{"productKey":[{"state":"ENABLE"}]}}}"#,
            String(repeating: "[", count: 100_000), #"{"a":1"#, "{\"a\":1}x", "-", "1e", "tru",
            #"{"entitlement":{"eId":"e","eId":"f","state":"ENABLE"}}"#,
            #"{"entitlement":{"eId":"e","state":"ENABLE","refId2":"\ud800"}}"#,
            #"{"entitlement":{"eId":12345678901234567890,"state":"ENABLE"}}"#,
        ]
    )
    func unreadable(_ text: String) {
        #expect(throws: UnreadableAnswer.self) { try read(text) }
    }

    @Test(
        "numbers and flags are also texts, texts also numbers and flags",
        arguments: [
            (#""10""#, "10", 10, nil), ("10", "10", 10, nil), ("10.0", "10.0", 10, nil), ("1e3", "1000.0", 1000, nil),
            ("4.5", "4.5", nil, nil), (#""4.0""#, "4.0", 4, nil), ("-3", "-3", -3, nil), ("true", "true", nil, true),
            (#""False""#, "False", nil, false), (#""""#, nil, nil, nil), ("{}", nil, nil, nil), ("[1]", nil, nil, nil),
            ("9223372036854775807", "9223372036854775807", .max, nil), ("9223372036854775808", nil, nil, nil),
        ] as [(String, String?, Int?, Bool?)]
    )
    func scalars(_ written: String, _ text: String?, _ count: Int?, _ flag: Bool?) throws {
        let value = try #require(try TolerantJSON.read(Array("{\"a\":\(written)}".utf8))["a"])
        #expect(value.text == text)
        #expect(value.count == count)
        #expect(value.flag == flag)
    }

    @Test("what is null, missing or inside of something else is not set")
    func notSet() throws {
        let value = try TolerantJSON.read(Array(#"{"a":null,"b":"x","c":{"d":[{"e":1},{"e":2}]}}"#.utf8))
        #expect(value["a"] == nil && value["z"] == nil && value["b"]?["x"] == nil)
        #expect(value.elements("c", "d").map { $0["e"]?.count } == [1, 2])
        #expect(value.elements("c", "z").isEmpty && value.elements("b", "d").isEmpty)
    }

    @Test("paths keep = and :, and encode the rest")
    func paths() {
        #expect(ResourceKey.externalID("A/B 1:2?#ä").segment == "externalId=A%2FB%201%3A2%3F%23%C3%A4")
        #expect(ResourceKey.nameVersion(name: "A B", version: "1.0").segment == "nameVersion=A%20B:1.0")
        #expect(ResourceKey.entitlementID("e-1").segment == "eId=e-1")
        #expect(ResourceKey.email("a+b@c.d").segment == "emailId=a%2Bb%40c.d")
        #expect(ResourceKey.id("../x").segment == "..%2Fx")
    }
}
