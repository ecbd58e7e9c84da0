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
