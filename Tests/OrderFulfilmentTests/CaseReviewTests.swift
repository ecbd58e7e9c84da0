import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Testing

/// A decision made again, and what stands in the way of it.
@Suite struct CaseReviewTests {
    private let content: JSON = [
        "type": "orders.cancel-subscription.v1", "data": ["subscriptionId": "SUB-1", "effective": "withdraw"],
    ]

    private func record(
        code: String? = "subscription-not-found",
        outcome: Outcome? = .rejected,
        decision: Decision? = nil
    ) -> OrderRecord {
        OrderRecord(
            identity: CommandIdentity(source: "/shop", id: "1"),
            operation: .cancelSubscription,
            subscriptionID: "SUB-1",
            expectedVersion: nil,
            state: .ended,
            outcome: outcome,
            code: code,
            detail: nil,
            attempts: 0,
            round: 1,
            receivedAt: Date(),
            due: nil,
            endedAt: Date(),
            isAnnounced: true,
            decision: decision,
            intents: [],
            outcomeEvent: nil
        )
    }

    private func inputs(_ content: JSON?, _ snapshot: Snapshot? = Snapshot(subscription: nil)) -> DecisionInputs {
        DecisionInputs(
            today: LocalDate.epoch,
            patience: .exhausted,
            policies: LifecyclePolicies(),
            content: content,
            snapshot: snapshot
        )
    }

    private func review(_ record: OrderRecord, _ file: CaseFile?) -> CaseReview {
        CaseReview(record, file, translator: Translator(), lifecycle: Lifecycle())
    }

    @Test func `The same command on the same subscription is refused again`() {
        let review = review(record(), CaseFile(inputs: inputs(content)))
        #expect(review.comparison == .same && review.comparisonNow == .same && review.obstacle == nil)
        #expect(review.then?.checks.last?.name == .state)
    }

    @Test func `A release that decides otherwise says so`() throws {
        let review = review(record(code: "not-a-trial"), CaseFile(inputs: inputs(content)))
        guard case .differs(let words) = review.comparison else { throw Otherwise() }
        #expect(words.contains("subscription-not-found"))
        #expect(review.comparisonNow == .same)
    }

    @Test func `What was not kept, or can't be read, is said to be so`() {
        #expect(review(record(), nil).obstacle?.contains("from before case files") == true)
        #expect(review(record(), CaseFile()).obstacle?.contains("no verdict") == true)
        #expect(review(record(), CaseFile(inputs: inputs(nil))).obstacle?.contains("too large") == true)
        #expect(review(record(), CaseFile(inputs: inputs(content, nil))).obstacle?.contains("too large") == true)
        let strange = CaseFile(inputs: inputs(["type": "orders.cancel-subscription.v99", "data": [:]]))
        #expect(review(record(), strange).obstacle?.contains("can't be read") == true)
        #expect(review(record(), strange).then == nil)
    }

    @Test(arguments: ["ems-refused", "ems-conflict", "entitlement-not-found"])
    func `What EMS refused is no verdict of the rules to compare with`(_ code: String) {
        // Premature first, and when its turn came the look-up was refused: the inputs are those of before.
        let review = review(record(code: code), CaseFile(inputs: inputs(content)))
        #expect(review.comparison == nil && review.comparisonNow == .same && review.then != nil)
        #expect(review.verdict?.contains(code) == true)
    }

    @Test func `Inputs that this release can't read are not said to be too large`() {
        let obstacle = review(record(), CaseFile(isUnreadable: true)).obstacle
        #expect(obstacle?.contains("can't be read") == true && obstacle?.contains("too large") == false)
    }

    private struct Otherwise: Error {}
}
