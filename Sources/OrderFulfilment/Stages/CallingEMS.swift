import Foundation
import OrderMessages
import SubscriptionLifecycle

extension Line {
    /// A read from EMS: waits at the gate while EMS fails for everyone, and tries again a few times by itself.
    func callingEMS<Value: Sendable>(
        _ order: Order,
        _ turn: Turn?,
        _ call: () async throws(GatewayFailure) -> Value
    ) async throws(Failure) -> Value {
        try await retrying(order, turn) { () throws(Attempt) in
            do throws(GatewayFailure) {
                return try await call()
            } catch {
                switch error {
                case .transient(let reason, let retryAfter): throw .transient(reason, retryAfter: retryAfter)
                case .refused(let refusal):
                    let refused = Refused(
                        order: order,
                        grant: turn?.grant,
                        rejection: Rejection(refusal),
                        state: nil,
                        subscription: nil
                    )
                    throw .final(.rejected(refused))
                }
            }
        }
    }

    /// How one attempt failed.
    enum Attempt: Error {
        /// Worth another try.
        case transient(String, retryAfter: Double?)
        /// EMS answered, and trying again would not change it.
        case final(Failure)
    }

    /// Tries until it works, it can't work, or the tries within the process are used up.
    ///
    /// While EMS fails for everyone, failures cost no attempt.
    func retrying<Value: Sendable>(
        _ order: Order,
        _ turn: Turn?,
        _ attempt: () async throws(Attempt) -> Value
    ) async throws(Failure) -> Value {
        var tries = 0
        while true {
            try await passGate(turn)
            do throws(Attempt) {
                let value = try await attempt()
                gate.succeeded()
                return value
            } catch {
                switch error {
                case .final(let failure):
                    gate.succeeded()
                    throw failure
                case .transient(let reason, let retryAfter):
                    gate.failed(order.envelope.identity.description)
                    guard gate.isClosed else { continue }
                    guard !drain.hasBegun else { throw .shutdown(turn) }
                    let delay = policy.schedule.inProcessDelay(tries, jitter: timekeeper.jitter())
                    guard let delay, retryAfter ?? 0 <= 1 else {
                        throw .transient(reason, retryAfter: retryAfter, turn)
                    }
                    await timekeeper.sleep(max(delay, retryAfter ?? 0))
                    tries += 1
                }
            }
        }
    }

    private func passGate(_ turn: Turn?) async throws(Failure) {
        do throws(EMSGate.Refusal) {
            try await gate.enter()
        } catch {
            switch error {
            case .shutdown: throw .shutdown(turn)
            case .outage:
                guard let turn else { throw .shutdown(nil) }
                let until = timekeeper.now().addingTimeInterval(30)
                throw .unsettled("EMS fails for everyone; waits until it answers", until: until, turn)
            }
        }
    }
}

extension Rejection {
    /// A call that EMS refused for good.
    init(_ refusal: EMSRefusal) {
        var observed: [String: Fact] = ["status": .count(refusal.status)]
        if let code = refusal.errorCode { observed["errorCode"] = .count(code) }
        observed["description"] = .text(refusal.description)
        self.init(.emsRefused, "EMS refused with status \(refusal.status): \(refusal.description)", observed: observed)
    }
}
