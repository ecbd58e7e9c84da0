import Foundation
import SubscriptionLifecycle

/// Commands as publishers write them, from the contract and not with the worker's own code.
enum CommandJSON {
    /// A whole event in structured mode.
    static func event(_ command: ChangeCommand, id: String, extra: [String: Any] = [:]) -> [UInt8] {
        var data = payload(command)
        data.merge(extra) { $1 }
        return event(id: id, operation: command.operation.rawValue, data: data)
    }

    static func event(id: String, operation: String, data: [String: Any], more: [String: Any] = [:]) -> [UInt8] {
        var event: [String: Any] = [
            "specversion": "1.0", "id": id, "source": "/chaos", "type": "orders.\(operation).v1", "data": data,
        ]
        event.merge(more) { $1 }
        let bytes = try? JSONSerialization.data(withJSONObject: event, options: [.sortedKeys, .withoutEscapingSlashes])
        return Array(bytes ?? Data())
    }

    static func payload(_ command: ChangeCommand) -> [String: Any] {
        var data: [String: Any] = ["subscriptionId": command.subscriptionID.description]
        data["orderId"] = command.orderID
        data["purchaseOrder"] = command.purchaseOrder
        data["expectedVersion"] = command.expectedVersion
        switch command.action {
        case .create(let create):
            data.merge(details(create.details)) { $1 }
            data["term"] = term(create.length).merging(["start": create.start.description]) { $1 }
            data["lineItems"] = create.lineItems.map(line)
        case .startTrial(let trial):
            data.merge(details(trial.details)) { $1 }
            var terms: [String: Any] = ["days": trial.days]
            terms["start"] = trial.start?.description
            data["trial"] = terms
            data["lineItems"] = trial.lineItems.map(line)
        case .convert(let convert):
            var terms = term(convert.length)
            terms["start"] = convert.start?.description
            data["term"] = terms
            if convert.lineItems != LineItemChanges() { data["lineItems"] = changes(convert.lineItems) }
        case .renew(let renewal): data["term"] = self.renewal(renewal)
        case .upsell(let renewal, let lines), .reduce(let renewal, let lines):
            data["term"] = self.renewal(renewal)
            data["lineItems"] = changes(lines)
        case .cancel(let effect): data["effective"] = effect.rawValue
        }
        return data
    }

    private static func details(_ details: NewSubscription) -> [String: Any] {
        guard case .externalID(let id) = details.customer.key else { return [:] }
        var customer: [String: Any] = ["externalId": id]
        customer["name"] = details.customer.name
        customer["contact"] = details.customer.contact.map { ["email": $0.email] }
        var members: [String: Any] = ["customer": customer]
        if !details.attributes.isEmpty { members["attributes"] = details.attributes }
        members["autoRenew"] = details.autoRenew
        return members
    }

    private static func term(_ length: TermLength) -> [String: Any] {
        switch length {
        case .until(let end): ["end": end.description]
        case .months(let months): ["months": months]
        case .days(let days): ["days": days]
        }
    }

    private static func renewal(_ renewal: Renewal) -> [String: Any] {
        var members = term(renewal.length)
        if renewal.base != .expiry { members["from"] = renewal.base.rawValue }
        return members
    }

    private static func line(_ line: NewLineItem) -> [String: Any] {
        guard case .externalID(let product) = line.product else { return [:] }
        return [
            "lineId": line.lineID.description, "product": ["externalId": product], "quantity": line.quantity,
        ]
    }

    private static func changes(_ changes: LineItemChanges) -> [String: Any] {
        var members: [String: Any] = [:]
        if !changes.add.isEmpty { members["add"] = changes.add.map(line) }
        if !changes.remove.isEmpty { members["remove"] = changes.remove.map(\.description) }
        if !changes.change.isEmpty {
            members["change"] = changes.change.map { ["lineId": $0.lineID.description, "quantity": $0.quantity] }
        }
        return members
    }
}
