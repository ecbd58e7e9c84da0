import OrderMessages

/// Messages that come line by line, each with its verdict and the number of its line.
struct LineVerdicts {
    /// As much as a document is looked for in, afterwards.
    private static let limit = 4 << 20

    /// Whether none was wrong so far.
    private(set) var areAllValid = true
    private var lines = ByteLines()
    /// The number of the last line.
    private var number = 0
    private var count = 0
    /// All that came; `nil` when it is too much.
    private var whole: [UInt8]? = []
    private var hasMalformed = false

    /// The verdicts on the lines that end in this piece.
    mutating func take(_ piece: [UInt8]) -> [JSON] {
        whole?.append(contentsOf: piece)
        if whole?.count ?? 0 > Self.limit { whole = nil }
        return lines.take(piece).compactMap { verdict(on: $0) }
    }

    /// The verdict on what came after the last line's end.
    mutating func end() -> JSON? { verdict(on: lines.end()) }

    /// What a person may not have noticed, once it has ended.
    func hint(about name: String) -> String? {
        if count == 0 { return "nothing was read: \(name) has no message" }
        guard hasMalformed, count > 1, let whole, (try? JSONReader.read(whole)) != nil else { return nil }
        return "\(name) is one JSON document over \(count) lines, but every line is a message by itself. "
            + "Put it into one line first, with: tr -d '\\n'"
    }

    private mutating func verdict(on line: [UInt8]) -> JSON? {
        number += 1
        guard !line.isEmpty else { return nil }
        count += 1
        guard case .object(var verdict) = ContractValidation.verdict(on: line) else { return nil }
        if verdict["valid"] != true { areAllValid = false }
        if verdict["reason"]?.text == DeadLetterReason.malformedMessage.rawValue { hasMalformed = true }
        verdict.append("line", .integer(number))
        return .object(verdict)
    }
}
