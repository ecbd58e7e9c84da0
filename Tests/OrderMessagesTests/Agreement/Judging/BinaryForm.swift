import OrderMessages

/// An event as a message in binary mode, and the event that it says.
struct BinaryForm {
    let message: WireMessage
    let event: Draft

    private static let attributes = [
        "specversion", "id", "source", "type", "time", "subject", "datacontenttype", "dataschema", "correlationid",
        "replaces", "traceparent", "tracestate", "dryrun",
    ]

    /// `nil` for an event that headers can't carry: attributes that aren't text, or stand twice.
    init?(_ draft: Draft) {
        guard let members = draft.members, let data = draft["data"],
            Set(members.map(\.name)).count == members.count
        else { return nil }
        var message = WireMessage(contentType: "application/json", body: data.bytes)
        var event: [Draft.Member] = []
        // Headers that are no attribute of ours are not looked at.
        for member in members where Self.attributes.contains(where: { $0.utf8.elementsEqual(member.name.utf8) }) {
            let text: String
            switch member.value {
            case .text(let value), .escaped(let value): text = value
            case .word(let word) where member.name == "dryrun" && (word == "true" || word == "false"): text = word
            case .word, .list, .object: return nil
            }
            switch member.name {
            case "id" where text.utf8.count % 2 == 0: message.messageID = text
            case "source" where text.utf8.count % 2 == 0: message.appID = text
            case "type" where text.utf8.count % 2 == 0: message.type = text
            case _ where text.utf8.count % 3 == 0: message.headers["cloudEvents_\(member.name)"] = text
            default: message.headers["cloudEvents:\(member.name)"] = text
            }
            if member.name == "dryrun" {
                if text != "false" { event.append(.init(member.name, text == "true" ? .word("true") : .text(text))) }
            } else {
                event.append(.init(member.name, .text(text)))
            }
        }
        // There is no other version, and no property for it.
        if draft["specversion"] == nil { event.append(.init("specversion", .text("1.0"))) }
        self.message = message
        self.event = .object(event + [.init("data", data)])
    }
}
