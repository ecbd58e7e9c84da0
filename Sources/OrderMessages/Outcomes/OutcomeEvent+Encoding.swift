import Foundation
import SubscriptionLifecycle

extension OutcomeEvent {
    /// `<operation>.<outcome>`: the routing key of the event (`sync-entitlements.entitlement` for an item of a sync).
    public var routingKey: String { "\(operation.rawValue).\(outcomeWord)" }

    /// The CloudEvents type, `orders.<operation>.<outcome>.v1`.
    public var type: String { "orders.\(routingKey).v1" }

    /// The last word of the routing key.
    public var outcomeWord: String {
        switch content {
        case .changed, .viewed, .synced: Outcome.succeeded.rawValue
        case .syncItem: "entitlement"
        case .rejected: Outcome.rejected.rawValue
        case .deadLettered: Outcome.deadLettered.rawValue
        case .previewed, .previewRejected: Outcome.previewed.rawValue
        }
    }

    /// The event in structured mode, `application/cloudevents+json`; the same event always gives the same bytes.
    public func encoded() -> [UInt8] { json.compactBytes }

    /// The event as a value.
    public var json: JSON {
        var event = JSON.Object()
        event.append("specversion", "1.0")
        event.append("id", id)
        event.append("source", Self.source)
        event.append("type", type)
        event.append("subject", subject)
        event.append("time", Self.instant(time))
        event.append("datacontenttype", "application/json")
        event.append("correlationid", correlationID)
        event.append("traceparent", traceparent)
        event.append("tracestate", tracestate)
        event.append("data", .object(data))
        return .object(event)
    }

    /// The `source` of every outcome.
    static let source = "/order-worker"

    /// The subscription's name; what a sync or a read by entitlement id found may have one that the command didn't say.
    private var subject: String? {
        if let subscriptionID { return subscriptionID }
        switch content {
        case .viewed(let standing), .syncItem(let standing):
            return standing.entitlement.flatMap { $0.externalID.isEmpty ? nil : $0.externalID }
        case .changed, .synced, .rejected, .deadLettered, .previewed, .previewRejected: return nil
        }
    }

    private var data: JSON.Object {
        var data = JSON.Object()
        data.append("command", ["id": .string(command.id), "source": .string(command.source)])
        data.append("operation", operation.rawValue)
        data.append("outcome", outcomeWord)
        data.append("subscriptionId", subject)
        data.append("orderId", orderID)
        appendContent(to: &data)
        return data
    }

    private func appendContent(to data: inout JSON.Object) {
        switch content {
        case .changed(let standing, let changes):
            standing.appendState(to: &data)
            data.append("changes", .array(changes.map(\.json)))
            standing.appendEntitlement(to: &data)
        case .viewed(let standing), .syncItem(let standing):
            standing.appendState(to: &data)
            standing.appendEntitlement(to: &data)
        case .synced(let count, let modifiedSince):
            data.append("count", .integer(count))
            data.append("modifiedSince", modifiedSince.description)
        case .rejected(let rejection, let state, let standing):
            append(rejection, from: state, standing, guards: [], to: &data)
        case .previewRejected(let rejection, let state, let standing, let guards):
            append(rejection, from: state, standing, guards: guards, to: &data)
        case .deadLettered(let reason, let detail, let attempts, let applied, let missing, let version):
            data.append("version", version.map(JSON.integer))
            var letter = JSON.Object()
            letter.append("reason", reason.rawValue)
            letter.append("detail", detail)
            letter.append("attempts", .integer(attempts))
            if !applied.isEmpty || !missing.isEmpty {
                letter.append("applied", .array(applied.map(\.json)))
                letter.append("missing", .array(missing.map(\.json)))
            }
            data.append("deadLetter", .object(letter))
        case .previewed(let standing, let changes, let calls, let guards):
            standing.appendState(to: &data)
            data.append("changes", .array(changes.map(\.json)))
            data.append("calls", .array(calls.map(\.json)))
            data.append("guards", .array(guards.map(\.json)))
            standing.appendEntitlement(to: &data)
        }
    }

    private func append(
        _ rejection: Rejection,
        from state: SubscriptionState?,
        _ standing: Standing?,
        guards: [Check],
        to data: inout JSON.Object
    ) {
        if let standing {
            standing.appendState(to: &data)
        } else {
            // What isn't there is at version 0, as `expectedVersion` counts.
            data.append("version", state == .absent ? .integer(0) : nil)
            data.append("state", state?.rawValue)
        }
        data.append("rejection", rejection.json(from: state, operation))
        // A call that EMS refused was made before any guard was looked at.
        if !guards.isEmpty { data.append("guards", .array(guards.map(\.json))) }
        standing?.appendEntitlement(to: &data)
    }

    /// RFC 3339 in UTC with milliseconds; a time outside the calendar becomes its nearest end.
    static func instant(_ time: Date) -> String {
        let milliseconds = (time.timeIntervalSince1970 * 1000).rounded()
        let bounded = milliseconds.isNaN ? 0 : min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_999)
        let whole = Int(bounded)
        let day = (whole - (whole % 86_400_000 + 86_400_000) % 86_400_000) / 86_400_000
        let rest = whole - day * 86_400_000
        let date = LocalDate(daysSince1970: day)?.description ?? "1970-01-01"
        return "\(date)T\(Clock.text(secondsOfDay: rest / 1000)).\(Clock.padded(rest % 1000, 3))Z"
    }
}
