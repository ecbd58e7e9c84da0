/// Percent-decoding that refuses what is no valid encoding, where others would pass it on.
enum PercentEncoding {
    static func decode(_ text: Substring, plusIsSpace: Bool = false) throws(EMSError) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var iterator = text.utf8.makeIterator()
        while let byte = iterator.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = iterator.next(), let low = iterator.next(), let value = value(high, low) else {
                    throw invalid(text)
                }
                bytes.append(value)
            case UInt8(ascii: "+") where plusIsSpace: bytes.append(UInt8(ascii: " "))
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else { throw invalid(text) }
        return decoded
    }

    private static func value(_ high: UInt8, _ low: UInt8) -> UInt8? {
        guard let high = Character(Unicode.Scalar(high)).hexDigitValue,
            let low = Character(Unicode.Scalar(low)).hexDigitValue
        else { return nil }
        return UInt8(high << 4 | low)
    }

    private static func invalid(_ text: Substring) -> EMSError {
        .refused(.invalidRequest, "'\(text)' isn't valid percent-encoding of UTF-8")
    }
}
