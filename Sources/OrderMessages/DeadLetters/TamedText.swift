/// Foreign text, made fit for a header, a log line or a terminal.
public enum TamedText {
    /// Cut at a character boundary, with an ellipsis for what is gone.
    ///
    /// Line breaks and tabs become spaces, other
    /// control, format and unassigned characters the replacement character: nothing can steer a terminal.
    public static func text(_ text: String, maximumBytes: Int) -> String {
        var tamed = ""
        var size = 0
        // Where the text is to end if it doesn't fit: the last character boundary that leaves room for the ellipsis.
        var cut = 0
        let room = maximumBytes - ellipsis.utf8.count
        for character in text {
            let replacement = tame(character)
            size += replacement.utf8.count
            guard size <= maximumBytes else {
                return room < 0 ? "" : String(decoding: tamed.utf8.prefix(cut), as: UTF8.self) + ellipsis
            }
            tamed += replacement
            if size <= room { cut = size }
        }
        return tamed
    }

    private static let ellipsis = "…"

    private static func tame(_ character: Character) -> String {
        var text = ""
        for scalar in character.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control where [9, 10, 13].contains(scalar.value), .lineSeparator, .paragraphSeparator: text += " "
            case .control, .format, .surrogate, .privateUse, .unassigned: text += "\u{FFFD}"
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
                .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber, .connectorPunctuation,
                .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
                .otherPunctuation, .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .spaceSeparator:
                text.unicodeScalars.append(scalar)
            @unknown default: text += "\u{FFFD}"
            }
        }
        return text
    }
}
