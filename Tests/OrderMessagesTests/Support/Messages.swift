import OrderMessages
import SubscriptionLifecycle

/// Messages as they come, in both modes.
enum Messages {
    /// The event as the whole body.
    static func structured(_ event: JSON) -> WireMessage {
        WireMessage(contentType: "application/cloudevents+json; charset=utf-8", body: event.compactBytes)
    }

    /// `data` as the body, attributes as headers.
    static func binary(_ event: JSON) -> WireMessage {
        var message = WireMessage(contentType: "application/json", body: (event["data"] ?? .null).compactBytes)
        for member in event.object?.members ?? [] where member.name != "data" {
            message.headers["cloudEvents:\(member.name)"] = member.value.text ?? member.value.compactText
        }
        return message
    }

    /// A renewal that is right.
    static let renewal: JSON = [
        "specversion": "1.0", "id": "order-1", "source": "https://shop.example.com/orders",
        "type": "orders.renew-subscription.v1",
        "data": ["subscriptionId": "SUB-1001", "term": ["months": 12]],
    ]

    /// That renewal with one member set, replaced or (without a value) taken away.
    static func renewal(_ path: [String], _ value: JSON?) -> JSON { renewal.setting(path, value) }

    /// What the translator makes of it, or of what is wrong with it.
    static func translate(
        _ message: WireMessage,
        from operation: OrderOperation = .renewSubscription,
        by translator: Translator = Translator()
    ) -> Result<Order, Poison> {
        do throws(Poison) { return .success(try translator.translate(message, from: operation)) } catch {
            return .failure(error)
        }
    }
}

extension JSON {
    /// The same value with one member set, replaced or taken away.
    func setting(_ path: [String], _ value: JSON?) -> JSON {
        guard case .object(var object) = self, let name = path.first else { return self }
        let index = object.members.firstIndex { $0.name == name }
        let inner =
            path.count > 1 ? index.map { object.members[$0].value.setting(Array(path.dropFirst()), value) } : value
        switch (index, inner) {
        case (let index?, let inner?): object.members[index].value = inner
        case (let index?, nil): object.members.remove(at: index)
        case (nil, let inner?): object.members.append(.init(name, inner))
        case (nil, nil): break
        }
        return .object(object)
    }
}

extension Result {
    /// What went wrong, if anything did.
    var failure: Failure? { if case .failure(let failure) = self { failure } else { nil } }
    /// What came of it, if nothing went wrong.
    var success: Success? { if case .success(let success) = self { success } else { nil } }
}
