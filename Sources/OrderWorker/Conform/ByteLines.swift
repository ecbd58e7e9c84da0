/// Bytes that come piece by piece, as lines that end with LF or CRLF.
///
/// Text would be read differently: to Swift CRLF is one character, and bad UTF-8 is repaired.
struct ByteLines {
    private var rest: [UInt8] = []

    /// The lines that end in this piece.
    mutating func take(_ bytes: some Sequence<UInt8>) -> [[UInt8]] {
        var lines: [[UInt8]] = []
        for byte in bytes {
            if byte == 0x0A {
                lines.append(end())
            } else {
                rest.append(byte)
            }
        }
        return lines
    }

    /// What came after the last line's end.
    mutating func end() -> [UInt8] {
        if rest.last == 0x0D { rest.removeLast() }
        defer { rest = [] }
        return rest
    }

    /// All lines, empty ones too.
    static func lines(of bytes: [UInt8]) -> [[UInt8]] {
        var lines = ByteLines()
        return lines.take(bytes) + [lines.end()]
    }
}
