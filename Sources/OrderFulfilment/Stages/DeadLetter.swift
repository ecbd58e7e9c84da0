import AMQP
import Foundation
import Logging
import OrderMessages
import SubscriptionLifecycle

extension Line {
    /// Puts an arrival into the dead-letter queue: ledger, dead letter, outcome; the ack comes after.
    func deadLetter(_ arrival: Arrival, _ verdict: DeadLetterVerdict) async throws(Failure) {
        let letter = letter(for: arrival, verdict)
        let event = AloneRun.current?.isUnreadable == true ? nil : deadLetterEvent(for: arrival, verdict)
        // A convicted message stays alone: the next suspect could kill the process before its acknowledgement has left.
        if AloneRun.current?.verdict == nil { await AloneRun.current?.end() }
        let publishings = [letter] + (event.map { [publishing(of: $0)] } ?? [])
        logger.warning(
            "dead letter",
            metadata: [
                "queue": "\(arrival.queue)", "reason": "\(verdict.reason.rawValue)", "detail": "\(verdict.detail)",
            ]
        )
        guard let grant = arrival.grant else {
            for publishing in publishings {
                let isEvent = publishing.exchange == topology.events
                let soon = timekeeper.uptime() + settings.confirmTimeout
                guard try await isEvent ? publish(publishing, until: soon) : publishLetter(publishing, soon) else {
                    guard isEvent else { throw .unconfirmed("the dead letter was not confirmed") }
                    // The letter itself is safe and says all that the event would.
                    return logger.error(
                        "outcome of a dead letter not confirmed",
                        metadata: ["detail": "\(verdict.detail)"]
                    )
                }
            }
            if let event { counters.announced(event.routingKey) }
            return
        }
        let ending = Ending(
            outcome: .deadLettered,
            code: verdict.reason.rawValue,
            detail: verdict.detail,
            publishings: publishings,
            known: verdict.partial?.known,
            endedAt: timekeeper.now()
        )
        try await end(grant, ending, event?.routingKey ?? "unknown.dead-lettered")
    }

    /// Publishes the letter of a message that may be in hand for long; nobody else begins as long as it is alone, so that
    /// ends when it isn't confirmed soon.
    private func publishLetter(_ letter: Publishing, _ soon: Double) async throws(Failure) -> Bool {
        if let run = AloneRun.current, run.isAlone {
            if try await publish(letter, until: min(soon, longestHold)) { return true }
            await run.end()
        }
        return try await publish(letter, until: longestHold)
    }

    /// The original message, with the headers that explain it and without those that belong to the broker.
    private func letter(for arrival: Arrival, _ verdict: DeadLetterVerdict) -> Publishing {
        let message = arrival.message
        let explanation = DeadLetterHeaders(
            reason: verdict.reason,
            detail: verdict.detail,
            stage: verdict.stage.rawValue,
            operation: topology.operation(of: arrival.queue)?.rawValue ?? message.routingKey.rawValue,
            queue: message.queueItDiedIn ?? arrival.queue.rawValue,
            attempts: (arrival.grant?.attempts ?? 0) + 1,
            time: timekeeper.now().formatted(.iso8601),
            worker: settings.workerName,
            round: arrival.grant?.claim.round ?? message.replayRound,
            omittedHeaders: message.omittedHeaders.map { "\($0.byteCount) bytes, SHA-256 \($0.sha256)" },
            omittedBody: message.omittedBody.map { "\($0.byteCount) bytes, SHA-256 \($0.sha256)" }
        )
        let operation = topology.operation(of: arrival.queue)?.rawValue ?? "unknown"
        return Publishing.republish(
            message,
            to: topology.deadLetters,
            keyIfUnsendable: RoutingKey(operation),
            explanation: explanation
        )
    }

    /// The outcome event of a dead letter; `nil` when the identity or the operation can't be read.
    private func deadLetterEvent(for arrival: Arrival, _ verdict: DeadLetterVerdict) -> OutcomeEvent? {
        let wire = WireMessage(arrival.message)
        let peeked = translator.peek(wire)
        guard let identity = arrival.grant?.claim.identity ?? verdict.poison?.identity ?? peeked.identity,
            let operation = topology.operation(of: arrival.queue) ?? peeked.operation
        else { return nil }
        let order = try? translator.translate(wire, from: operation)
        // What never got a claim, and what reuses an identity, needs an id that other content wouldn't have.
        let suffix =
            arrival.grant == nil
            ? arrival.message.omittedBody?.sha256 ?? ContentDigest.sha256(arrival.message.body) : nil
        let round = arrival.grant?.claim.round ?? arrival.message.replayRound ?? 1
        return OutcomeEvent(
            id: EventID.outcome(Outcome.deadLettered.rawValue, of: identity, round: round, suffix: suffix),
            operation: operation,
            command: identity,
            correlationID: order?.envelope.correlationID ?? verdict.poison?.correlationID ?? wire.correlationID
                ?? identity.id,
            subscriptionID: order?.subscriptionID ?? verdict.poison?.subscriptionID
                ?? arrival.grant?.claim.subscriptionID.description,
            orderID: order?.orderID,
            time: timekeeper.now(),
            traceparent: order?.envelope.traceparent,
            tracestate: order?.envelope.tracestate,
            content: .deadLettered(
                verdict.reason,
                detail: verdict.detail,
                attempts: (arrival.grant?.attempts ?? 0) + 1,
                applied: verdict.partial?.applied ?? [],
                missing: verdict.partial?.missing ?? [],
                version: verdict.partial?.known.version
            )
        )
    }
}
