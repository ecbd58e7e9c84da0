import AMQP

/// What a 406 says about an argument: `inequivalent arg 'x-overflow' for queue …: received … but current is …`.
enum InequivalentArgument {
    /// Both values, or `nil` when the text says something else.
    static func discrepancy(in text: String) -> TopologyDifference.Discrepancy? {
        guard let argument = text.firstRange(of: "inequivalent arg '"),
            let end = text[argument.upperBound...].firstRange(of: "' for "),
            let received = text[end.upperBound...].firstRange(of: ": received "),
            let current = text[received.upperBound...].firstRange(of: " but current is ")
        else { return nil }
        return TopologyDifference.Discrepancy(
            field: String(text[argument.upperBound..<end.lowerBound]),
            required: value(text[received.upperBound..<current.lowerBound]),
            actual: value(text[current.upperBound...])
        )
    }

    /// `1000` of `the value '1000' of type 'long'`, `topic` of `'topic'`, and `none` as it is.
    private static func value(_ words: Substring) -> String {
        guard let open = words.firstIndex(of: "'") else { return String(words) }
        let rest = words[words.index(after: open)...]
        // A value may hold a quotation mark itself, so the end is looked for from behind.
        let end = rest.ranges(of: "' of type '").last?.lowerBound ?? rest.lastIndex(of: "'") ?? rest.endIndex
        return String(rest[..<end])
    }
}
