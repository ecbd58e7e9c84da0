import Foundation
import SubscriptionLifecycle

/// An entitlement as EMS shows it, read past the worker.
enum ActualEntitlement {
    /// Every way in which EMS differs from the model.
    static func differences(_ json: [String: Any]?, from model: ModelEntitlement?, of name: String) -> [String] {
        guard let json else { return model == nil ? [] : ["EMS has none, the model has one"] }
        guard let model else { return ["EMS has one, the model has none"] }
        var differences: [String] = []
        func compare(_ what: String, _ actual: String?, _ expected: String?) {
            let (actual, expected) = (actual ?? "", expected ?? "")
            if actual != expected { differences.append("\(what) is '\(actual)', not '\(expected)'") }
        }
        compare("state", json["state"] as? String, model.state.rawValue)
        compare("start", json["startDate"] as? String, model.start.description)
        compare("end", end(json), model.end.description)
        compare("customer", (json["customer"] as? [String: Any])?["externalId"] as? String, model.customer)
        compare("order id", json["refId2"] as? String, model.orderID)
        compare("purchase order", json["refId1"] as? String, model.purchaseOrder)
        let attributes = attributes(json)
        for key in Set(attributes.keys).union(model.attributes.keys).sorted() {
            compare("attribute \(key)", attributes[key], model.attributes[key])
        }
        return differences + lines(json, model, name)
    }

    private static func lines(_ json: [String: Any], _ model: ModelEntitlement, _ name: String) -> [String] {
        let rows = (json["productKeys"] as? [String: Any])?["productKey"] as? [[String: Any]] ?? []
        var actual: [String: [String]] = [:]
        for row in rows {
            let id = (row["externalId"] as? String ?? "").replacingOccurrences(of: name + "/", with: "")
            let product = ((row["item"] as? [String: Any])?["itemProduct"] as? [String: Any])?["product"]
            let words = [
                (product as? [String: Any])?["externalId"] as? String ?? "?", "\(row["totalQuantity"] ?? "?")",
                row["state"] as? String ?? "?", row["startDate"] as? String ?? "?", end(row) ?? "?",
            ]
            actual[id, default: []].append(words.joined(separator: " "))
        }
        var differences: [String] = []
        for id in Set(actual.keys).union(model.lines.keys).sorted() {
            let expected = model.lines[id].map { line in
                let state = line.isEnabled ? "ENABLE" : "DISABLE"
                return "\(line.product) \(line.quantity) \(state) \(line.start) \(line.end)"
            }
            let found = actual[id] ?? []
            // A second line that was taken out of force is how a double append is mended.
            let counted = found.count > 1 ? found.filter { $0.contains(" ENABLE ") } : found
            if counted != [expected].compactMap(\.self) {
                differences.append("line \(id) is \(found), not \(expected ?? "there")")
            }
        }
        return differences
    }

    private static func end(_ json: [String: Any]) -> String? {
        (json["expiry"] as? [String: Any])?["endDate"] as? String
    }

    private static func attributes(_ json: [String: Any]) -> [String: String] {
        let rows = (json["customAttributes"] as? [String: Any])?["customAttribute"] as? [[String: Any]] ?? []
        return rows.reduce(into: [:]) { attributes, row in
            let value = row["value"] as? String ?? ""
            if !value.isEmpty { attributes[row["name"] as? String ?? ""] = value }
        }
    }
}
