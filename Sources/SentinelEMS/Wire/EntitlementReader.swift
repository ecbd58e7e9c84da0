import SubscriptionLifecycle

/// An answer that holds something else than it should.
struct UnreadableAnswer: Error, Hashable {
    var message: String
}

/// Reads entitlements out of answers: only what can't be done without must be there.
enum EntitlementReader {
    /// The entitlement of `{"entitlement": {…}}`, or of the bare object.
    static func read(_ bytes: [UInt8]) throws(UnreadableAnswer) -> Entitlement {
        let value = try TolerantJSON.read(bytes)
        return try entitlement(value["entitlement"] ?? value)
    }

    /// An entitlement as EMS writes it.
    static func entitlement(_ value: TolerantJSON) throws(UnreadableAnswer) -> Entitlement {
        guard let id = value["eId"]?.text else { throw UnreadableAnswer(message: "the entitlement has no eId") }
        let name = "the entitlement \(id)"
        let externalID = value["externalId"]?.text ?? ""
        return Entitlement(
            entitlementID: id,
            externalID: externalID,
            state: try state(value, of: name),
            term: try term(value, of: name),
            customer: value["customer"].map(party),
            channelPartner: value.elements("entitlementPartners", "entitlementPartner").first?["partner"].map(party),
            contactEmail: value["contact"]?["emailId"]?.text,
            orderID: value["refId2"]?.text,
            purchaseOrder: value["refId1"]?.text,
            lineItems: try lines(value, of: name, externalID),
            attributes: attributes(value)
        )
    }

    /// Quantities are computed with; a number that no tenant has must not overflow anything.
    private static func bounded(_ count: Int) -> Int { min(max(count, 0), 1_000_000_000_000) }

    private static func lines(
        _ value: TolerantJSON,
        of name: String,
        _ externalID: String
    ) throws(UnreadableAnswer) -> [Entitlement.LineItem] {
        var lines: [Entitlement.LineItem] = []
        for element in value.elements("productKeys", "productKey") {
            lines.append(try line(element, of: name, externalID))
        }
        guard Set(lines.map(\.lineID)).count < lines.count else { return lines }
        // Two lines with one name: a late call has added one twice. The one in force stands for both.
        return lines.filter { $0.state == .enabled } + lines.filter { $0.state != .enabled }
    }

    private static func line(
        _ value: TolerantJSON,
        of name: String,
        _ externalID: String
    ) throws(UnreadableAnswer) -> Entitlement.LineItem {
        guard let id = value["pkId"]?.text else { throw UnreadableAnswer(message: "a line of \(name) has no pkId") }
        let line = "the line \(id) of \(name)"
        let quantity = bounded(value["totalQuantity"]?.count ?? 0)
        return Entitlement.LineItem(
            lineID: lineID(value["externalId"]?.text, externalID) ?? LineID(foreign: value["externalId"]?.text ?? id),
            productKeyID: id,
            product: product(value["item"]),
            quantity: quantity,
            available: bounded(value["availableQuantity"]?.count ?? quantity),
            state: try state(value, of: line),
            term: try term(value, of: line),
            attributes: attributes(value)
        )
    }

    /// What follows `<subscription>/`, when it is a name that this project gives.
    private static func lineID(_ text: String?, _ externalID: String) -> LineID? {
        guard let text, !externalID.isEmpty, text.hasPrefix(externalID + "/") else { return nil }
        return LineID(String(text.dropFirst(externalID.count + 1)))
    }

    private static func product(_ item: TolerantJSON?) -> Entitlement.Product {
        let product = item?["itemProduct"]?["product"] ?? item?["itemSuite"]?["suite"]
        return Entitlement.Product(
            id: product?["id"]?.text,
            externalID: product?["externalId"]?.text,
            identifier: product?["identifier"]?.text,
            name: product?["nameVersion"]?["name"]?.text,
            version: product?["nameVersion"]?["version"]?.text
        )
    }

    static func party(_ value: TolerantJSON) -> Entitlement.Party {
        Entitlement.Party(
            id: value["id"]?.text,
            identifier: value["identifier"]?.text,
            externalID: value["externalId"]?.text,
            name: value["name"]?.text
        )
    }

    private static func state(_ value: TolerantJSON, of name: String) throws(UnreadableAnswer) -> Entitlement.State {
        let text = value["state"]?.text ?? ""
        guard let state = Entitlement.State(rawValue: text.uppercased()) else {
            throw UnreadableAnswer(message: "\(name) has the state \"\(text)\", which is not known here")
        }
        return state
    }

    private static func term(_ value: TolerantJSON, of name: String) throws(UnreadableAnswer) -> Entitlement.Term {
        let expiry = value["expiry"]
        let isEndless = expiry?["neverExpires"]?.flag ?? false
        return Entitlement.Term(
            start: try date(value["startDate"], of: name),
            end: isEndless ? nil : try date(expiry?["endDate"], of: name)
        )
    }

    /// A day; a time after it, as licence dates have one, is left out.
    private static func date(_ value: TolerantJSON?, of name: String) throws(UnreadableAnswer) -> LocalDate? {
        guard let text = value?.text else { return nil }
        guard let date = LocalDate(String(text.prefix(10))) else {
            throw UnreadableAnswer(message: "\(name) has the date \"\(text)\", which is none")
        }
        return date
    }

    private static func attributes(_ value: TolerantJSON) -> [String: String] {
        var attributes: [String: String] = [:]
        for attribute in value.elements("customAttributes", "customAttribute") {
            guard let name = attribute["name"]?.text, let text = attribute["value"]?.text else { continue }
            attributes[name] = text
        }
        return attributes
    }
}
