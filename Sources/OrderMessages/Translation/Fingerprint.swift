import Crypto

/// What tells two contents of one identity apart.
enum Fingerprint {
    /// SHA-256 over the type, followed by the canonical form (RFC 8785) of `data`; lower-case hexadecimal digits.
    static func text(type: String, data: JSON) -> String {
        var hash = SHA256()
        hash.update(data: Array(type.utf8))
        hash.update(data: data.canonicalBytes)
        return Hexadecimal.text(hash.finalize())
    }
}

/// Bytes as lower-case hexadecimal digits.
enum Hexadecimal {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
