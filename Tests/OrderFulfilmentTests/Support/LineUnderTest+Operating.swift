import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

extension LineUnderTest {
    /// Sends dead letters again as the command does, in the order of the queue; answers with what became of each.
    @discardableResult
    func replay(edit: LetterEdit? = nil, taking isTaken: Bool = true) async throws -> [LetterPlan] {
        let replayer = Replayer(
            topology: topology,
            translator: Translator(),
            ledger: ledger,
            desk: consumer,
            publisher: shop,
            by: "ann"
        )
        var plans: [LetterPlan] = []
        var kept: [Message] = []
        for _ in 0..<broker.depth(of: topology.deadLetter) {
            guard let message = broker.get(topology.deadLetter) else { break }
            let letter = KeptLetter(message, Translator())
            let plan = try await replayer.carryOut(replayer.plan(letter, edit: edit), letter)
            plans.append(plan)
            if case .refuse = plan { kept.append(message) } else if !isTaken { kept.append(message) }
        }
        // What isn't taken goes back, as it was.
        for message in kept {
            try await shop.publish(
                Publishing(
                    exchange: .default,
                    routingKey: RoutingKey(topology.deadLetter.rawValue),
                    properties: message.properties,
                    body: message.body
                )
            )
        }
        return plans
    }

    /// A renewal that has ended as a dead letter, EMS having been down too long.
    func die(_ id: String, of subscription: String = "SUB-1") async throws {
        await gateway.trouble(.apply, with: .transient("down", retryAfter: nil))
        try await send(id, .renewSubscription, of: subscription, Commands.renewal)
        let before = deadLetters.count
        try await eventually("\(id) is dead") { outcomes(of: id).contains { $0.reason == "attempts-exhausted" } }
        try await eventually("its letter") { deadLetters.count >= max(before, 1) }
        try await eventually("it is announced") { try await ledger.statistics().unannounced == 0 }
    }
}
