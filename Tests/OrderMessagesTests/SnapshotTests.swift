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

    /// Where it is wrong; `nil` when it isn't.
    private func path(_ text: String) -> String? {
        let json: JSON
        do throws(JSONError) { json = try JSONReader.read(Array(text.utf8)) } catch { return "no JSON: \(error)" }
        do throws(SchemaViolation) {
            _ = try SavedSnapshot(json: json)
            return nil
        } catch {
            return error.path.description
        }
    }

    /// The JSON with the value at that way replaced, or taken away.
    private func changed(_ json: JSON, _ way: ArraySlice<JSONPath.Step>, to value: JSON?) -> JSON? {
        guard let step = way.first else { return value }
        switch (step, json) {
        case (.member(let name), .object(var object)):
            let old = object[name] ?? .null
            object.members.removeAll { $0.name == name }
            object.append(name, changed(old, way.dropFirst(), to: value))
            return .object(object)
        case (.element(let index), .array(var elements)):
            elements[index] = changed(elements[index], way.dropFirst(), to: value) ?? .null
            return .array(elements)
        default: return json
        }
    }

    private func ways(_ json: JSON, _ way: [JSONPath.Step] = []) -> [([JSONPath.Step], JSON)] {
        switch json {
        case .object(let object):
            [(way, json)] + object.members.flatMap { ways($0.value, way + [.member($0.name)]) }
        case .array(let elements):
            [(way, json)] + elements.enumerated().flatMap { ways($0.element, way + [.element($0.offset)]) }
        case .null, .bool, .integer, .number, .string: [(way, json)]
        }
    }

    @Test("with a value of a wrong kind is refused with its path, whichever value it is")
    func wrongKinds() throws {
        let json = try saved().json
        let all = ways(json).filter { !$0.0.isEmpty }
        #expect(all.count > 60)
        let others: [JSON] = [.null, true, 5, .number(0.5), "x", [], ["x"], [:], [[:]]]
        for (way, value) in all {
            for other in others where !isSameKind(other, value) {
                let damaged = try #require(changed(json, way[...], to: other))
                #expect(
                    path(damaged.compactText) == JSONPath(way).description,
                    "\(JSONPath(way)): \(other.compactText)"
                )
            }
        }
    }

    /// A list of something else is wrong where its element is, and `x` where a word or a day should be is wrong too.
    private func isSameKind(_ one: JSON, _ other: JSON) -> Bool {
        switch (one, other) {
        case (.bool, .bool), (.string, .string), (.array, .array), (.object, .object), (.integer, .integer): true
        default: false
        }
    }

    @Test(
        "without what its verdict hangs on is refused with the path",
        arguments: [
            "lastVersion", "subscription.version", "subscription.kind",
            "subscription.externalId", "subscription.entitlement", "subscription.entitlement.lineItems",
            "subscription.entitlement.term", "subscription.entitlement.emsState",
        ]
    )
    func missing(_ name: String) throws {
        let way = [JSONPath.Step.member("snapshot")] + name.split(separator: ".").map { .member(String($0)) }
        let damaged = try #require(changed(try saved().json, way[...], to: nil))
        #expect(path(damaged.compactText) == "snapshot.\(name)")
    }

    @Test("may have more members than it knows")
    func more() throws {
        let json = try saved().json
        for (way, value) in ways(json) {
            guard case .object(var object) = value else { continue }
            // Every attribute is known: it is one.
            if case .member("attributes")? = way.last { continue }
            object.append("note", ["by": "ann"])
            let more = try #require(changed(json, way[...], to: .object(object)))
            #expect(path(more.compactText) == nil, "\(JSONPath(way))")
        }
    }

    @Test("of another subscription is refused")
    func another() throws {
        let json = try saved().json
        let way: [JSONPath.Step] = [.member("snapshot"), .member("subscription"), .member("externalId")]
        let other = try #require(changed(json, way[...], to: "SUB-2"))
        #expect(path(other.compactText) == "snapshot.subscription.externalId")
    }

    @Test("that is damaged says where")
    func damaged() throws {
        let text = try saved().json.compactText
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
