import SubscriptionLifecycle

extension WireMessage {
    /// The attributes of an event in binary mode, as members of the event it would be in structured mode.
    ///
    /// `specversion` is 1.0 unless a header says otherwise: no AMQP property can carry it, and there is no other version.
    var binaryAttributes: JSON.Object {
        var event = JSON.Object()
        event.append("specversion", attribute("specversion") ?? "1.0")
        event.append("id", attribute("id") ?? messageID)
        event.append("source", attribute("source") ?? appID)
        event.append("type", attribute("type") ?? type)
        event.append("time", attribute("time") ?? timestamp.flatMap(Self.instant))
        for name in [
            "subject", "datacontenttype", "dataschema", "correlationid", "replaces", "traceparent", "tracestate",
        ] {
            event.append(name, attribute(name))
        }
        switch attribute("dryrun") {
        case "true": event.append("dryrun", true)
        case "false", nil: break
        // Left as it is, so that the schema refuses it.
        case let text?: event.append("dryrun", text)
        }
        return event
    }

    /// The header that carries an attribute: `cloudEvents:<name>`, or with an underscore, which some clients need.
    private func attribute(_ name: String) -> String? {
        headers["cloudEvents:\(name)"] ?? headers["cloudEvents_\(name)"]
    }

    /// RFC 3339 of seconds since 1970; `nil` beyond the calendar.
    private static func instant(_ timestamp: UInt64) -> String? {
        guard let seconds = Int(exactly: timestamp), let day = LocalDate(daysSince1970: seconds / 86400) else {
            return nil
        }
        return "\(day)T\(Clock.text(secondsOfDay: seconds % 86400))Z"
    }
}
