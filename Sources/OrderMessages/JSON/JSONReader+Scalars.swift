extension JSONReader {
    /// A number: an integer that fits is kept exactly, anything else becomes the double next to it.
    mutating func number() throws(JSONError) -> JSON {
        let start = position
        _ = take("-")
        guard let first = peek, isDigit(first) else { throw failure("a digit must follow the sign") }
        position += 1
        if first != UInt8(ascii: "0") {
            skipDigits()
        } else if let second = peek, isDigit(second) {
            throw JSONError(message: "a number must not begin with 0", offset: start, path: JSONPath())
        }
        var isInteger = true
        if take(".") {
            isInteger = false
            guard let digit = peek, isDigit(digit) else { throw failure("a digit must follow the point") }
            skipDigits()
        }
        if take("e") || take("E") {
            isInteger = false
            if !take("+") { _ = take("-") }
            guard let digit = peek, isDigit(digit) else { throw failure("a digit must follow the exponent's mark") }
            skipDigits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Minus zero is a double of its own; as an integer its sign would be lost.
        if isInteger, let integer = Int(text), integer != 0 || bytes[start] != UInt8(ascii: "-") {
            return .integer(integer)
        }
        guard let number = Double(text), number.isFinite else {
            throw JSONError(message: "the number is too large", offset: start, path: JSONPath())
        }
        return .number(number)
    }

    private func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private mutating func skipDigits() {
        while let byte = peek, isDigit(byte) { position += 1 }
    }

    /// A text: UTF-8 is checked, and an escaped surrogate must stand in a pair.
    mutating func string() throws(JSONError) -> String {
        position += 1
        let start = position
        // Most texts have no escape: they are taken as they stand.
        while let byte = peek, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\"), byte >= 0x20 { position += 1 }
        if take("\"") { return try text(bytes[start..<(position - 1)], from: start) }
        var collected = Array(bytes[start..<position])
        while let byte = peek {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                return try text(collected[...], from: start)
            case UInt8(ascii: "\\"): collected.append(contentsOf: try escape())
            case 0..<0x20: throw failure("a control character must be escaped")
            default:
                collected.append(byte)
                position += 1
            }
        }
        throw failure("the text ends inside a string")
    }

    private func text(_ slice: ArraySlice<UInt8>, from start: Int) throws(JSONError) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else {
            throw JSONError(message: "the string is not UTF-8", offset: start, path: JSONPath())
        }
        return text
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        let start = position
        position += 1
        defer { position += 1 }
        guard let mark = peek else { throw failure("the text ends inside a string") }
        switch mark {
        case UInt8(ascii: "\""): return [0x22]
        case UInt8(ascii: "\\"): return [0x5C]
        case UInt8(ascii: "/"): return [0x2F]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"):
            let unit = try hexadecimal()
            var units = [unit]
            if UTF16.isLeadSurrogate(unit), bytes[(position + 1)...].starts(with: [0x5C, 0x75]) {
                position += 2
                units.append(try hexadecimal())
            }
            guard let text = String(validating: units, as: UTF16.self) else {
                throw JSONError(message: "a surrogate stands alone", offset: start, path: JSONPath())
            }
            return Array(text.utf8)
        default: throw JSONError(message: "no such escape", offset: start, path: JSONPath())
        }
    }

    /// Four digits after the `u` at the position; leaves the position on the last one.
    private mutating func hexadecimal() throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            position += 1
            guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw failure("four hexadecimal digits must follow \\u")
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
