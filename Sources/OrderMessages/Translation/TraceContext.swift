/// W3C trace context of a command: attribute, or else AMQP header.
///
/// One that isn't well-formed is ignored, as W3C wants
/// it: a broken trace must not cost an order.
struct TraceContext {
    let parent: String
    let state: String?

    init?(_ attributes: Payload, _ message: WireMessage) {
        if let parent = attributes.text(ifPresent: "traceparent"), Self.isWellFormed(parent) {
            self.parent = parent
            state = Self.usable(attributes.text(ifPresent: "tracestate"))
        } else if let parent = message.headers["traceparent"], Self.isWellFormed(parent) {
            self.parent = parent
            state = Self.usable(message.headers["tracestate"])
        } else {
            return nil
        }
    }

    /// `00-<32 digits>-<16 digits>-<2 digits>`, lower-case hexadecimal, ids not zero.
    static func isWellFormed(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
        guard parts.map(\.count) == [2, 32, 16, 2] else { return false }
        let digits = Set("0123456789abcdef".utf8)
        return parts.allSatisfy { $0.allSatisfy(digits.contains) } && !parts[0].elementsEqual("ff".utf8)
            && parts[1...2].allSatisfy { !$0.allSatisfy { $0 == UInt8(ascii: "0") } }
    }

    private static func usable(_ text: String?) -> String? {
        text.flatMap { (1...512).contains($0.utf8.count) && TextPattern.line.matches($0) ? $0 : nil }
    }
}
