/// How an event stands in a message.
enum ContentMode: Hashable, Sendable {
    /// The body is the whole event.
    case structured
    /// The body is `data`, the attributes are headers and properties.
    case binary

    /// By the content type; without one the canonical form is taken.
    ///
    /// Parameters such as `charset` don't matter: JSON is UTF-8.
    init(contentType: String?) throws(Poison) {
        // As nearly every publisher writes it.
        if contentType == "application/cloudevents+json" {
            self = .structured
            return
        }
        let mediaType = contentType?.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" } ?? ""
        switch mediaType {
        case "", "application/cloudevents+json": self = .structured
        case "application/json": self = .binary
        default:
            throw Poison(
                .malformedMessage,
                "The content type \(JSONPath.quoted(contentType ?? "")) is not accepted; send application/cloudevents+json (the whole "
                    + "event as the body) or application/json (data as the body, attributes as headers)."
            )
        }
    }
}
