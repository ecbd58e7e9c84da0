public import Foundation
public import SubscriptionLifecycle

/// Why a read from EMS gave nothing.
public enum GatewayFailure: Error, Hashable, Sendable {
    /// Worth another try: no connection, no answer in time, 429, 5xx. `retryAfter` is the system's own wish, in seconds.
    case transient(String, retryAfter: Double?)
    /// Another order brings something into being that this one needs too, and may for so many seconds more. No failure:
    /// it costs no attempt.
    case busy(String, seconds: Double)
    /// Refused for good: another 4xx. 401 and 403 are `transient`: a wrong password is no verdict on an order.
    case refused(EMSRefusal)
}

/// What EMS said when it refused a call.
public struct EMSRefusal: Hashable, Sendable, Codable {
    /// The HTTP status.
    public var status: Int
    /// The `errorCode` of the body.
    public var errorCode: Int?
    /// The `description` of the body, or its beginning.
    public var description: String

    /// A refusal.
    public init(status: Int, errorCode: Int?, description: String) {
        self.status = status
        self.errorCode = errorCode
        self.description = description
    }
}

/// Why a decision isn't true of EMS yet, or never will be.
public enum ApplyFailure: Error, Hashable, Sendable {
    /// Worth another try, soon. `apply` is safe to call again.
    case transient(String, retryAfter: Double?)
    /// As ``GatewayFailure/busy(_:seconds:)``; nothing of the decision was written.
    case busy(String, seconds: Double)
    /// A call that must not be repeated had no answer and may still land: nothing of the kind before `until`.
    case unsettled(String, until: Date)
    /// EMS refused. `applied` is what of the decision is true of EMS nevertheless; empty when nothing was written.
    case refused(EMSRefusal, applied: [Change], missing: [Change])
    /// Somebody changed a field of the decision to something that is neither base nor target. `observed` has what is
    /// there now, by field.
    case conflict(observed: [String: Fact], applied: [Change], missing: [Change])
}

extension GatewayFailure: CustomStringConvertible {
    /// For a person.
    public var description: String {
        switch self {
        case .transient(let reason, _), .busy(let reason, _): reason
        case .refused(let refusal): "EMS refused with status \(refusal.status): \(refusal.description)"
        }
    }
}
