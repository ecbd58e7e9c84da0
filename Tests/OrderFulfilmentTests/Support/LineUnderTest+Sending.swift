import AMQP
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit

extension LineUnderTest {
    /// Publishes bytes as a shop does.
    func send(
        _ body: [UInt8],
        to operation: String,
        _ properties: Properties = Properties(contentType: "application/cloudevents+json", deliveryMode: .persistent)
    ) async throws {
        let key = RoutingKey(operation)
        try await shop.publish(
            Publishing(exchange: topology.commands, routingKey: key, properties: properties, body: body)
        )
    }

    /// Publishes a command; its id is its name in the test.
    func send(
        _ id: String,
        _ operation: OrderOperation,
        of subscription: String = "SUB-1",
        _ data: JSON = [:],
        expecting version: Int? = nil,
        isDryRun: Bool = false,
        replyTo: String? = nil
    ) async throws {
        var properties = Properties(contentType: "application/cloudevents+json", deliveryMode: .persistent)
        properties.replyTo = replyTo
        let event = Commands.event(id, operation, of: subscription, data, expecting: version, isDryRun: isDryRun)
        try await send(event.compactBytes, to: operation.rawValue, properties)
    }

    /// Creates a subscription and waits for it.
    func create(_ subscription: String = "SUB-1", id: String? = nil) async throws {
        let id = id ?? "create-\(subscription)"
        try await send(id, .createSubscription, of: subscription, Commands.creation)
        try await outcome(of: id)
    }
}

/// Commands as the shops of the tests write them.
enum Commands {
    /// A whole event.
    static func event(
        _ id: String,
        _ operation: OrderOperation,
        of subscription: String,
        _ data: JSON,
        expecting version: Int? = nil,
        isDryRun: Bool = false
    ) -> JSON {
        var content = JSON.Object()
        if operation != .syncEntitlements { content.append("subscriptionId", subscription) }
        content.append("expectedVersion", version.map(JSON.integer))
        content.members += data.object?.members ?? []
        var event = JSON.Object()
        event.append("specversion", "1.0")
        event.append("id", id)
        event.append("source", "/shop")
        event.append("type", "orders.\(operation.rawValue).v1")
        if isDryRun { event.append("dryrun", true) }
        event.append("data", .object(content))
        return .object(event)
    }

    static let line: JSON = ["lineId": "1", "product": ["externalId": "GC3040"], "quantity": 10]
    static let anotherLine: JSON = ["lineId": "2", "product": ["externalId": "GC3041"], "quantity": 5]
    static let customer: JSON = ["externalId": "CUST-1", "name": "Acme", "contact": ["email": "ann@example.com"]]

    static let creation: JSON = [
        "customer": customer, "term": ["start": "2026-01-01", "months": 12], "lineItems": [line],
    ]
    static let trial: JSON = [
        "customer": customer, "trial": ["start": "2026-06-01", "days": 30], "lineItems": [line],
    ]
    static let conversion: JSON = ["term": ["start": "2026-06-15", "months": 12]]
    static let renewal: JSON = ["term": ["months": 12]]
    static let upsell: JSON = ["term": ["months": 12], "lineItems": ["add": [anotherLine]]]
    static let reduction: JSON = [
        "term": ["months": 12], "lineItems": ["change": [["lineId": "1", "quantity": 5]]],
    ]
    static let cancellation: JSON = ["effective": "immediately"]

    /// Legal data of each changing operation.
    static func data(_ operation: OrderOperation) -> JSON {
        switch operation {
        case .createSubscription: creation
        case .startTrial: trial
        case .convertTrial: conversion
        case .renewSubscription: renewal
        case .renewWithUpsell: upsell
        case .renewWithReducedTier: reduction
        case .cancelSubscription: cancellation
        case .viewEntitlement, .syncEntitlements: [:]
        }
    }
}

/// Entitlements in every state of the lifecycle, on 2026-06-15.
enum Held {
    static func entitlement(_ name: String, in state: SubscriptionState) -> Entitlement? {
        let isTrial = state == .trial || state == .trialExpired
        switch state {
        case .absent: return nil
        case .trial, .active: return entitlement(name, isTrial: isTrial, .enabled, end: "2026-12-31")
        case .trialExpired, .lapsed: return entitlement(name, isTrial: isTrial, .enabled, end: "2026-03-31")
        case .suspended: return entitlement(name, isTrial: false, .disabled, end: "2026-12-31")
        case .cancelled: return entitlement(name, isTrial: false, .closed, end: "2026-12-31")
        }
    }

    private static func entitlement(
        _ name: String,
        isTrial: Bool,
        _ state: Entitlement.State,
        end: String
    ) -> Entitlement {
        let term = Entitlement.Term(start: GatewaySamples.day("2026-01-01"), end: GatewaySamples.day(end))
        return Entitlement(
            entitlementID: "held-\(name)",
            externalID: name,
            state: state,
            term: term,
            lineItems: [
                Entitlement.LineItem(
                    lineID: GatewaySamples.line("1"),
                    productKeyID: "key-\(name)",
                    product: Entitlement.Product(externalID: "GC3040"),
                    quantity: 10,
                    available: 10,
                    state: .enabled,
                    term: term
                )
            ],
            attributes: ["Order Type": isTrial ? "Trial" : "Subscription"]
        )
    }
}
