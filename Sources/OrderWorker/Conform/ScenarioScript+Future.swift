import OrderMessages
import SubscriptionLifecycle

/// Events as a later release of the worker might announce them.
extension ScenarioScript {
    /// Still `v1`: fields may be added anywhere.
    mutating func unknownFields() -> [ScenarioEvent] {
        let name = "more-fields"
        let first = expecting(.unknownFields, name, version: 1, state: .active, .createSubscription)
        let event = changed(name, version: 2, state: .active, .renewSubscription)
        let news: JSON = ["since": "2031-01-01", "levels": [1, 2, ["deep": true]], "nothing": .null]
        let richer = event.json.adding("futureattribute", "an extension attribute", to: [])
            .adding("sequence", 7, to: [])
            .adding("renewalAdvice", news, to: ["data"])
            .adding("billing", news, to: ["data", "entitlement"])
        let second = ScenarioEvent(.unknownFields, id: event.id, type: event.type, richer)
        expect(second, name, 2, .active)
        return [first, second]
    }

    /// A `v2` with fields of other meanings, an outcome and an operation that nobody knows yet, a new code; and then
    /// something plain, which must not stay behind them.
    mutating func futureVersions() -> [ScenarioEvent] {
        let name = "future"
        let first = expecting(.futureVersions, name, version: 1, state: .active, .createSubscription)
        let second = changed(name, version: 2, state: .active, .renewSubscription)
        expect(ScenarioEvent(.futureVersions, second), name, 2, .active)
        let nextVersion = future("v2", name, "orders.renew-subscription.succeeded.v2", version: 1000)
        let foreign: JSON = [
            "subscription": ["id": .string(prefix + name), "revision": "r-1000"], "version": "latest",
        ]
        return [
            first,
            nextVersion,
            announcement("v3", "orders.renew-subscription.succeeded.v3", foreign),
            // Whether somebody takes these over is theirs to decide, so they are about subscriptions of their own.
            future("outcome", "future-outcome", "orders.renew-subscription.postponed.v1", version: 2),
            future("operation", "future-operation", "orders.transfer-subscription.succeeded.v1", version: 2),
            newCode(name),
            ScenarioEvent(.futureVersions, second),
        ]
    }

    private func future(_ id: String, _ name: String, _ type: String, version: Int) -> ScenarioEvent {
        let words = type.split(separator: ".").map(String.init)
        let data: JSON = [
            "command": ["id": .string("\(prefix)\(id)"), "source": "/order-worker/conform"],
            "operation": .string(words[1]), "outcome": .string(words[2]),
            "subscriptionId": .string(prefix + name), "version": .integer(version), "state": "archived",
        ]
        return announcement(id, type, data)
    }

    private func announcement(_ command: String, _ type: String, _ data: JSON) -> ScenarioEvent {
        let identity = CommandIdentity(source: "/order-worker/conform", id: prefix + command)
        let id = EventID.outcome("future", of: identity)
        let event: JSON = [
            "specversion": "1.0", "id": .string(id), "source": "/order-worker", "type": .string(type),
            "time": "2031-01-01T00:00:00.000Z", "datacontenttype": "application/json",
            "correlationid": .string(identity.id), "data": data,
        ]
        return ScenarioEvent(.futureVersions, id: id, type: type, event)
    }

    /// A rejection with a code that is not on today's list.
    private func newCode(_ name: String) -> ScenarioEvent {
        let data: JSON = [
            "command": ["id": .string("\(prefix)code"), "source": "/order-worker/conform"],
            "operation": "renew-subscription", "outcome": "rejected", "subscriptionId": .string(prefix + name),
            "version": 1, "state": "active",
            "rejection": [
                "code": "quota-exhausted", "message": "A code of the future.", "observed": [:], "required": [:],
            ],
        ]
        return announcement("code", "orders.renew-subscription.rejected.v1", data)
    }
}

extension JSON {
    /// The value with one more member in the object at the path; as it is where there is no such object.
    fileprivate func adding(_ name: String, _ value: JSON, to path: [String]) -> JSON {
        guard case .object(var object) = self else { return self }
        guard let step = path.first else {
            object.append(name, value)
            return .object(object)
        }
        object.members = object.members.map { member in
            member.name == step ? .init(step, member.value.adding(name, value, to: Array(path.dropFirst()))) : member
        }
        return .object(object)
    }
}
