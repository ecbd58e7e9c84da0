/// Types, words and limits.
extension SchemaComparison {
    mutating func compareTypes(_ old: JSON?, _ new: JSON?, at place: String) {
        let (before, after) = (Self.types(old), Self.types(new))
        guard before != after else { return }
        let text = "type \(Self.text(old)) → \(Self.text(new))"
        switch (before, after) {
        case (nil, nil): break
        case (nil, _?): note(.narrower, place, text)
        case (_?, nil): note(.wider, place, text)
        case (let before?, let after?):
            let (lost, more) = (before.subtracting(after), after.subtracting(before))
            note(lost.isEmpty ? .wider : more.isEmpty ? .narrower : .unclear, place, text)
        }
    }

    /// A whole number is a number.
    private static func types(_ value: JSON?) -> Set<String>? {
        guard let value else { return nil }
        let names = value.text.map { [$0] } ?? value.elements?.compactMap(\.text) ?? []
        return Set(names).union(names.contains("number") ? ["integer"] : [])
    }

    private static func text(_ value: JSON?) -> String { value?.compactText ?? "any" }

    /// `const` is an `enum` of one.
    mutating func compareWords(_ old: JSON.Object, _ new: JSON.Object, at place: String) {
        let (before, after) = (Self.words(old), Self.words(new))
        switch (before, after) {
        case (nil, nil): break
        case (nil, _?): note(.narrower, place, "must be one of certain values now")
        case (_?, nil): note(.wider, place, "may be any value now")
        case (let before?, let after?):
            for word in before where !after.contains(where: word.isWritten) {
                note(.narrower, place, "value \(word.compactText) removed")
            }
            for word in after where !before.contains(where: word.isWritten) {
                note(.wider, place, "value \(word.compactText) added")
            }
        }
    }

    private static func words(_ schema: JSON.Object) -> [JSON]? {
        switch (schema["const"], schema["enum"]?.elements) {
        case (nil, nil): nil
        case (let word?, nil): [word]
        case (nil, let words?): words
        case (let word?, let words?): words.filter { $0 == word }
        }
    }

    mutating func compareLimit(
        _ name: String,
        _ isMinimum: Bool,
        _ old: JSON?,
        _ new: JSON?,
        at place: String
    ) {
        guard old != new else { return }
        let text = "\(name) \(old?.compactText ?? "none") → \(new?.compactText ?? "none")"
        if case (.integer(let before)?, .integer(let after)?) = (old, new) {
            return note((before < after) == isMinimum ? .narrower : .wider, place, text)
        }
        switch (old.map(\.double), new.map(\.double)) {
        case (nil, _?): note(.narrower, place, text)
        case (_?, nil): note(.wider, place, text)
        case (let before??, let after??) where before == after: break
        case (let before??, let after??): note((before < after) == isMinimum ? .narrower : .wider, place, text)
        case (_, _): note(.unclear, place, text)
        }
    }
}

extension JSON {
    /// Equal byte by byte: to Swift, composed and decomposed characters are the same.
    fileprivate func isWritten(_ other: JSON) -> Bool { compactBytes == other.compactBytes }

    fileprivate var double: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .number(let number): number
        case .null, .bool, .string, .array, .object: nil
        }
    }
}
