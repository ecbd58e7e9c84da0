/// Limits of a text.
public struct TextRules: Hashable, Sendable {
    /// The fewest and the most characters, counted as JSON Schema does: in code points.
    public var length: ClosedRange<Int>
    /// The most bytes of UTF-8, where the contract counts in bytes.
    ///
    /// A JSON Schema can't say it; its description does.
    public var maximumBytes: Int?
    /// The form it must have.
    public var pattern: TextPattern?
}
