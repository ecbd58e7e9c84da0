import Foundation
import Logging
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import SentinelEMS

/// What a preview says that EMS would be sent, against what it is sent.
@Suite("The calls that a preview shows are those that are made", .serialized)
struct PlanningTests {
    private static let today = GatewaySamples.day("2026-03-01")
    private static let renewal = Renewal(length: .months(12))

    private static func line(_ id: String, _ product: ProductReference = .externalID("GC3040")) -> NewLineItem {
        NewLineItem(lineID: GatewaySamples.line(id), product: product, quantity: 10, attributes: [:])
    }

    private static func change(_ id: String, to quantity: Int) -> LineItemChanges.Quantity {
        .init(lineID: GatewaySamples.line(id), quantity: quantity)
    }

    private static func creation(
        _ details: NewSubscription = NewSubscription(customer: GatewaySamples.customer),
        _ lines: [NewLineItem] = [line("1"), line("2", .externalID("GC3041"))]
    ) -> ChangeCommand.Action {
        .create(CreateSubscription(details: details, start: today, length: .months(12), lineItems: lines))
    }

    private static var trial: ChangeCommand.Action {
        let details = NewSubscription(customer: GatewaySamples.customer)
        return .startTrial(StartTrial(details: details, start: nil, days: 30, lineItems: [line("1"), line("2")]))
    }

    /// Each is ordered in turn of one subscription: the last one is what the name is about.
    private static var stories: [(name: String, actions: [ChangeCommand.Action])] {
        let named = CustomerReference(key: .identifier("CUST-9"), name: "Nine")
        let everything = NewSubscription(
            customer: GatewaySamples.customer,
            channelPartner: .externalID("CP-1"),
            attributes: ["Region": "EMEA & <more>"],
            autoRenew: true
        )
        return [
            ("create: customer and contact are new", [creation()]),
            ("create: customer without contact", [creation(NewSubscription(customer: named))]),
            ("create: partner, attributes", [creation(everything)]),
            ("start trial", [trial]),
            ("convert: term alone", [trial, .convert(ConvertTrial(start: nil, length: .months(12)))]),
            (
                "convert: lines added, removed, changed",
                [
                    trial,
                    .convert(
                        ConvertTrial(
                            start: nil,
                            length: .until(GatewaySamples.day("2027-06-30")),
                            lineItems: LineItemChanges(
                                add: [line("3", .externalID("GC3042"))],
                                remove: [GatewaySamples.line("2")],
                                change: [change("1", to: 7)]
                            )
                        )
                    ),
                ]
            ),
            ("renew", [creation(), .renew(renewal)]),
            ("renew twice", [creation(), .renew(renewal), .renew(Renewal(length: .days(10)))]),
            (
                "upsell: a line and a quantity",
                [creation(), .upsell(renewal, LineItemChanges(add: [line("3")], change: [change("1", to: 12)]))]
            ),
            ("upsell: a line", [creation(), .upsell(renewal, LineItemChanges(add: [line("3")]))]),
            ("reduce: a quantity", [creation(), .reduce(renewal, LineItemChanges(change: [change("1", to: 4)]))]),
            (
                "reduce: a line and a quantity",
                [
                    creation(),
                    .reduce(
                        renewal,
                        LineItemChanges(remove: [GatewaySamples.line("2")], change: [change("1", to: 4)])
                    ),
                ]
            ),
            ("cancel now", [creation(), .cancel(.immediately)]),
            ("cancel with the term", [creation(), .cancel(.endOfTerm)]),
            ("cancel with the term, twice", [creation(), .cancel(.endOfTerm), .cancel(.endOfTerm)]),
            ("withdraw", [creation(), .cancel(.endOfTerm), .cancel(.withdraw)]),
        ]
    }

    @Test("for every operation", arguments: stories.map(\.name))
    func story(_ name: String) async throws {
        let actions = try #require(Self.stories.first { $0.name == name }).actions
        try await SandboxWorld.run { world in
            let calls = RecordingTransport(AsyncHTTPTransport(connections: 4, timeout: .seconds(10)))
            let gateway = SentinelEntitlementGateway(
                configuration: try configuration(world.sandbox.baseURL),
                transport: calls,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            var known: KnownSubscription?
            for (number, action) in actions.enumerated() {
                var command = ChangeCommand(subscriptionID: GatewaySamples.id("SUB-1"), action: action)
                (command.orderID, command.purchaseOrder) = ("SO-\(number)", "PO-1")
                (command.requestedBy, command.reason) = ("ann@example.com", "as agreed, 100 % & more")
                let context = ApplyContext(command, identity: CommandIdentity(source: "/shop", id: "order-\(number)"))
                let preview = Preview(
                    of: command,
                    in: context,
                    on: try await gateway.previewSnapshot(for: command, known: known, attributeNames: .init()),
                    today: Self.today,
                    patience: .exhausted,
                    lifecycle: Lifecycle(),
                    planner: gateway
                )
                guard case .change(let decision) = preview.examination.verdict else {
                    Issue.record("\(preview.examination)")
                    break
                }
                calls.forget()
                _ = try await gateway.apply(decision, in: context, intents: InMemoryIntentLog())
                #expect(calls.writes == preview.calls)
                #expect(preview.calls.isEmpty == (name.contains("twice") && name.hasPrefix("cancel") && number == 2))
                known = KnownSubscription(
                    version: decision.baseVersion + 1,
                    kind: decision.kind,
                    endsWithTerm: decision.endsWithTerm
                )
            }
            await gateway.shutdown()
        }
    }
}

/// Sends, and remembers the writes that were sent.
private final class RecordingTransport: EMSTransport {
    private let inner: AsyncHTTPTransport
    private let sent = Mutex<[EMSRequest]>([])

    init(_ inner: AsyncHTTPTransport) { self.inner = inner }

    /// As a preview shows them; the password of a contact is random, and masked.
    var writes: [PlannedCall] {
        sent.withLock { $0 }.filter { $0.method != "GET" }.map { request in
            let target = request.url.range(of: "/api/v5").map { String(request.url[$0.upperBound...]) } ?? request.url
            let body = request.body.map { String(decoding: $0, as: UTF8.self) }?
                .replacing(#/"password":"[^"]+"/#, with: #""password":"\#(SentinelCallPlanner.untoldPassword)""#)
            return PlannedCall(method: request.method, path: target, body: body)
        }
    }

    func forget() { sent.withLock { $0 = [] } }

    func send(_ request: EMSRequest) async throws(EMSTransportFailure) -> EMSAnswer {
        sent.withLock { $0.append(request) }
        return try await inner.send(request)
    }

    func shutdown() async { await inner.shutdown() }
}
