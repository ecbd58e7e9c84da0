import Foundation
import OrderMessages
import ServiceContextModule
import SubscriptionLifecycle

extension Line {
    /// A read from EMS: waits at the gate while EMS fails for everyone or has all that it takes, and tries again a few times by itself.
    func callingEMS<Value: Sendable>(
        _ order: Order,
        _ turn: Turn?,
        _ call: () async throws(GatewayFailure) -> Value
    ) async throws(Failure) -> Value {
        try await retrying(order, turn, .lookUp) { () throws(Attempt) in
            do throws(GatewayFailure) { return try await call() } catch { throw attempt(error, order, turn) }
        }
    }

    /// What a failed read means for the try.
    func attempt(_ failure: GatewayFailure, _ order: Order, _ turn: Turn?) -> Attempt {
        switch failure {
        case .transient(let reason, let retryAfter): return .transient(reason, retryAfter: retryAfter)
        case .busy(let reason, let seconds):
            // Only what writes finds something busy.
            guard let turn else { return .transient(reason, retryAfter: seconds) }
            return .final(.busy(reason, until: timekeeper.now().addingTimeInterval(seconds), turn))
        case .refused(let refusal):
            let refused = Refused(
                order: order,
                grant: turn?.grant,
                rejection: Rejection(refusal),
                state: nil,
                subscription: nil
            )
            return .final(.rejected(refused))
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
        _ stage: Stage,
        _ attempt: () async throws(Attempt) -> Value
    ) async throws(Failure) -> Value {
        var tries = 0
        // Both waits at the gate of one command, and those before, count together.
        let deadline = longestHold
        while true {
            try await passGate(turn, until: deadline, hasBegun: stage == .apply)
            // The command's trace goes on through the calls.
            let result = await ServiceContext.withValue(order.traceContext) { () -> Result<Value, Attempt> in
                do throws(Attempt) { return .success(try await attempt()) } catch { return .failure(error) }
            }
            gate.leave()
            switch result {
            case .success(let value):
                gate.succeeded()
                return value
            case .failure(let error):
                switch error {
                case .final(let failure):
                    note(failure, order)
                    throw failure
                case .transient(let reason, let retryAfter):
                    CaseNotes.current?.note(.failed, "\(stage.rawValue): \(reason)")
                    gate.failed(order.envelope.identity.description)
                    guard gate.isClosed else { continue }
                    guard !drain.hasBegun else { throw .shutdown(turn) }
                    let delay = policy.schedule.inProcessDelay(tries, jitter: timekeeper.jitter())
                    guard let delay, retryAfter ?? 0 <= 1 else {
                        throw .transient(reason, retryAfter: retryAfter, turn, stage)
                    }
                    // Few and short, so they need no bound of their own.
                    await timekeeper.sleep(max(delay, retryAfter ?? 0))
                    tries += 1
                }
            }
        }
    }

    /// Tells the gate what a failure says of EMS.
    private func note(_ failure: Failure, _ order: Order) {
        switch failure {
        case .unsettled: gate.failed(order.envelope.identity.description)
        case .unavailable, .unconfirmed, .superseded, .shutdown, .outage: gate.inconclusive()
        // Who found something busy has looked at it in EMS, and was answered.
        case .poison, .alreadyEnded, .inHand, .waiting, .rejected, .premature, .transient, .partial, .busy:
            gate.succeeded()
        }
    }

    private func passGate(_ turn: Turn?, until deadline: Double, hasBegun: Bool) async throws(Failure) {
        do throws(EMSGate.Refusal) {
            // Who waits for EMS kills nobody meanwhile, and must not keep everybody else waiting.
            if !gate.isClosed { await AloneRun.current?.end() }
            try await gate.enter(until: deadline, hasBegun: hasBegun)
        } catch {
            switch error {
            case .shutdown: throw .shutdown(turn)
            case .outage:
                guard let turn else { throw .shutdown(nil) }
                throw .outage(until: timekeeper.now().addingTimeInterval(30), turn)
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

extension Order {
    /// The trace that the publisher began.
    fileprivate var traceContext: ServiceContext? {
        guard let traceparent = envelope.traceparent else { return ServiceContext.current }
        var context = ServiceContext.current ?? .topLevel
        context.w3cTraceContext = W3CTraceContext(traceparent: traceparent, tracestate: envelope.tracestate)
        return context
    }
}
