import OrderFulfilment
import SubscriptionLifecycle

extension FakeEntitlementGateway {
    func finding(of customer: CustomerReference) -> Findings.PartyFinding {
        if customers[customer.key] != nil { return .found }
        if case .id = customer.key { return .missing(because: "customer \(customer.key) is unknown") }
        return customer.name == nil
            ? .missing(because: "customer \(customer.key) is unknown, and the command gives no name to create it with")
            : .willBeCreated
    }

    /// What EMS would refuse: products that aren't enabled.
    func refusal(of decision: Decision) -> EMSRefusal? {
        for change in decision.changes {
            guard case .line(let draft) = change.target, products[draft.item.product] != .enabled else { continue }
            return EMSRefusal(status: 400, errorCode: nil, description: "product \(draft.item.product) is not enabled")
        }
        return nil
    }
}
