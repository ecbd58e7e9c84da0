/// Where in a JSON value something is, as people write it: `data.lineItems[2].quantity`.
public struct JSONPath: Hashable, Sendable, CustomStringConvertible {
    /// One step down.
    public enum Step: Hashable, Sendable {
        /// Into the member of that name.
        case member(String)
        /// Into the element of that index, from 0.
        case element(Int)
    }

    /// From the outside in.
    public var steps: [Step]

    /// The value itself, unless steps are given.
    public init(_ steps: [Step] = []) { self.steps = steps }

    /// One member further down.
    public func member(_ name: String) -> JSONPath { JSONPath(steps + [.member(name)]) }

    /// One element further down.
    public func element(_ index: Int) -> JSONPath { JSONPath(steps + [.element(index)]) }

    /// Names that are no plain words stand in brackets and quotes; overlong ones, which a stranger chose, are cut.
    public var description: String {
        var text = ""
        for step in steps {
            switch step {
            case .element(let index): text += "[\(index)]"
            case .member(let name):
                if Self.isPlain(name) {
                    text += text.isEmpty ? name : ".\(name)"
                } else {
                    text += "[\(Self.quoted(name))]"
                }
            }
        }
        return text
    }

    /// A foreign text in quotes, cut to 64 characters.
    static func quoted(_ text: String) -> String {
        let cut = String(String.UnicodeScalarView(text.unicodeScalars.prefix(64)))
        return JSON.string(text.unicodeScalars.count > 64 ? cut + "…" : cut).compactText
    }

    private static func isPlain(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count)
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
