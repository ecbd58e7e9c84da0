import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("A saved snapshot")
struct SnapshotTests {
    private func saved() throws -> SavedSnapshot {
        let day = try #require(LocalDate("2026-03-01"))
        let line = Entitlement.LineItem(
            lineID: LineID(foreign: "somebody else's"),
            productKeyID: "pk-1",
            product: .init(id: "p", externalID: "GC3040", identifier: "29", name: "Geo", version: "1.0"),
            quantity: 10,
            available: 4,
            state: .disabled,
            term: .init(start: day, end: nil),
            attributes: ["a": "ä"]
        )
        let entitlement = Entitlement(
            entitlementID: "e-1",
            externalID: "SUB-1",
            state: .enabled,
            term: .init(start: day, end: day),
            customer: .init(id: "c", identifier: "i", externalID: "CUST-1", name: "Acme"),
            channelPartner: .init(identifier: "P-1"),
            contactEmail: "ann@example.com",
            orderID: "SO-1",
            purchaseOrder: "PO-1",
            lineItems: [line],
            attributes: ["Order Type": "Trial"]
        )
        let findings = Findings(
            products: [
                .externalID("GC3040"): .enabled, .identifier("29"): .missing,
                .nameVersion(name: "Geo", version: ""): .notEnabled(state: "DRAFT"),
            ],
            customer: .willBeCreated,
            contact: .found,
            channelPartner: .missing(because: "gone"),
            channelPartnerID: "7"
        )
        return SavedSnapshot(
            subscriptionID: try #require(SubscriptionID("SUB-1")),
            today: day,
            snapshot: Snapshot(
                subscription: Subscription(version: 3, kind: .trial, endsWithTerm: true, entitlement: entitlement),
                lastVersion: 3,
                findings: findings
            )
        )
    }

    @Test("comes back from its file as it was")
    func roundTrip() throws {
        let saved = try saved()
        let read = try JSONReader.read(Array(saved.json.prettyText.utf8))
        #expect(try SavedSnapshot(json: read) == saved)
        var absent = saved
        absent.snapshot = Snapshot(subscription: nil, lastVersion: 7)
        #expect(try SavedSnapshot(json: absent.json) == absent)
    }

    @Test("that is damaged says where")
    func damaged() throws {
        let text = try saved().json.compactText
        func path(_ text: String) -> String? {
            do {
                _ = try SavedSnapshot(json: try JSONReader.read(Array(text.utf8)))
                return nil
            } catch let error as SchemaViolation {
                return error.path.description
            } catch {
                return "\(error)"
            }
        }
        #expect(path(text) == nil)
        let end = #""emsState":"ENABLE""#
        #expect(
            path(text.replacing(end, with: #""emsState":"OPEN""#)) == "snapshot.subscription.entitlement.emsState"
        )
        #expect(
            path(text.replacing(#""quantity":10,"#, with: ""))
                == "snapshot.subscription.entitlement.lineItems[0].quantity"
        )
        let line = "snapshot.subscription.entitlement.lineItems[0]"
        for number in [Int.max, Int.min, 1_000_000_001, -1_000_000_001] {
            func damaged(_ member: String, _ value: Int) -> String? {
                path(text.replacing("\"\(member)\":\(value)", with: "\"\(member)\":\(number)"))
            }
            #expect(damaged("quantity", 10) == "\(line).quantity")
            #expect(damaged("available", 4) == "\(line).available")
            #expect(damaged("version", 3) == "snapshot.subscription.version")
            #expect(damaged("lastVersion", 3) == "snapshot.lastVersion")
        }
        #expect(path(text.replacing(#""formatVersion":1"#, with: #""formatVersion":2"#)) == "formatVersion")
        #expect(path("[]") == "format")
    }
}
