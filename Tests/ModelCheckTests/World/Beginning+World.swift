import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

@testable import SentinelEMS

extension Beginning {
    /// What EMS holds at first.
    var ems: AbstractEMS { self == .absent ? Self.bare : self == .trial ? Self.withTrial : Self.withActive }

    /// What the ledger knows at first.
    var known: KnownSubscription? {
        switch self {
        case .absent: nil
        case .trial: KnownSubscription(version: 1, kind: .trial, endsWithTerm: false)
        case .active: KnownSubscription(version: 1, kind: .paid, endsWithTerm: false)
        }
    }

    private static let bare = AbstractEMS()
    private static let withTrial = made("Trial", "2026-06-01", "2026-06-30")
    private static let withActive = made("Subscription", "2026-01-01", "2026-12-31")

    private static func made(_ type: String, _ start: String, _ end: String) -> AbstractEMS {
        guard let id = SubscriptionID(Commands.subscription), let line = LineID("1") else { return bare }
        let draft = EntitlementDraft(
            customer: CustomerReference(key: .externalID("CUST-1")),
            channelPartner: nil,
            term: Entitlement.Term(start: LocalDate(start), end: LocalDate(end)),
            lineItems: [NewLineItem(lineID: line, product: .externalID("GC3040"), quantity: 10)],
            attributes: ["Order Type": type],
            orderID: nil,
            purchaseOrder: nil
        )
        var ems = bare
        ems.answer("POST", "/entitlements", EntitlementWriter.creation(draft, of: id, partnerID: nil).compactText)
        return ems
    }
}
