import OrderFulfilment
import SubscriptionLifecycle

extension EMSReply {
    /// The body of a read's success; `nil` for 404.
    func found() throws(GatewayFailure) -> [UInt8]? {
        switch self {
        case .success(let body): return body
        case .notFound: return nil
        case .refused(let refusal): throw .refused(refusal)
        case .turnedAway(let reason, let retryAfter), .failed(let reason, let retryAfter):
            throw .transient(reason, retryAfter: retryAfter)
        case .noAnswer(let reason), .notSent(let reason): throw .transient(reason, retryAfter: nil)
        }
    }
}

extension GatewayFailure {
    /// An answer that can't be understood: perhaps a page of a proxy, perhaps a newer EMS.
    ///
    /// No verdict on an order.
    static func unreadable(_ call: EMSCall, _ answer: UnreadableAnswer) -> GatewayFailure {
        .transient("\(call.title): \(answer.message)", retryAfter: nil)
    }
}

extension ApplyFailure {
    /// The same as a failure of a call within `apply`, when nothing of the decision is true yet.
    init(_ failure: GatewayFailure, missing: [Change]) {
        switch failure {
        case .transient(let reason, let retryAfter): self = .transient(reason, retryAfter: retryAfter)
        case .busy(let reason, let seconds): self = .busy(reason, seconds: seconds)
        case .refused(let refusal): self = .refused(refusal, applied: [], missing: missing)
        }
    }
}
