import OrderMessages

/// What a subscriber says of itself, as JSON lines:
/// `{"subscriptionId": …, "version": …, "state": …}` for each subscription as it has it, and `{"applied": "<event id>"}` each
/// time an event took effect.
struct SubscriberAnswer: Hashable, Sendable {
    /// A subscription as the subscriber has it.
    struct View: Hashable, Sendable {
        var version: Int?
        var state: String?
    }

    private(set) var views: [String: View] = [:]
    /// How often each event took effect.
    private(set) var applied: [String: Int] = [:]
    /// Lines that are no JSON objects, by number.
    private(set) var unreadable: [Int] = []

    /// Reads the lines; of several views of one subscription the last counts, and other objects are passed over.
    init(_ text: [UInt8]) {
        for (index, bytes) in ByteLines.lines(of: text).enumerated() {
            guard bytes.contains(where: { $0 > 0x20 }) else { continue }
            guard let object = (try? JSONReader.read(bytes))?.object else {
                unreadable.append(index + 1)
                continue
            }
            if let id = object["applied"]?.text { applied[id, default: 0] += 1 }
            if let subscription = object["subscriptionId"]?.text {
                views[subscription] = View(version: object["version"]?.wholeNumber, state: object["state"]?.text)
            }
        }
    }

    /// Whether it says something of the last event: that it was applied, or how its subscription looks now.
    func tells(of last: (subscription: String, eventID: String)) -> Bool {
        views[last.subscription] != nil || applied[last.eventID] != nil
    }
}
