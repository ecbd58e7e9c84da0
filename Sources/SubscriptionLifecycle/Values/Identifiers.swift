/// The name of a subscription: 1 to 100 of `A-Z a-z 0-9 . _ : -`.
///
/// Becomes the entitlement's external id.
public struct SubscriptionID: Hashable, Sendable, Codable, CustomStringConvertible {
    /// The longest name, in characters.
    public static let maximumLength = 100

    /// The name.
    public let description: String

    /// Answers `nil` for a text outside the alphabet or the length.
    public init?(_ text: String) {
        guard isIdentifier(text, maximumLength: Self.maximumLength) else { return nil }
        description = text
    }

    /// The external id of one of its lines in EMS: `<subscriptionId>/<lineId>`.
    public func externalID(ofLine line: LineID) -> String { "\(self)/\(line)" }
}

/// The name of a line item: 1 to 50 of the same alphabet, unique within its subscription for ever.
public struct LineID: Hashable, Sendable, Codable, CustomStringConvertible, Comparable {
    /// The longest name, in characters.
    public static let maximumLength = 50

    /// The name.
    public let description: String

    /// Answers `nil` for a text outside the alphabet or the length.
    public init?(_ text: String) {
        guard isIdentifier(text, maximumLength: Self.maximumLength) else { return nil }
        description = text
    }

    /// Takes the name of a line that somebody else gave it in EMS, as it is.
    public init(foreign name: String) { description = name }

    /// By code points.
    public static func < (left: LineID, right: LineID) -> Bool { left.description < right.description }
}

private func isIdentifier(_ text: String, maximumLength: Int) -> Bool {
    (1...maximumLength).contains(text.utf8.count)
        && text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: ":"),
                UInt8(ascii: "-"):
                true
            default: false
            }
        }
}
