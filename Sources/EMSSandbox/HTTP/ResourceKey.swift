/// The `{key}` of a path: a bare id, or `field=value` such as `externalId=SUB-1`.
///
/// The `=` (and the `:` of `nameVersion=Name:Version`) must stand literally; what surrounds them is percent-decoded.
struct ResourceKey: Sendable, Equatable {
    /// Nil for a bare id.
    var field: KeyField?
    var value: String

    init(_ segment: Substring) throws(EMSError) {
        guard let equals = segment.firstIndex(of: "=") else {
            field = nil
            value = try PercentEncoding.decode(segment)
            return
        }
        // A field that nothing is addressed by: there is no such resource.
        guard let named = KeyField(rawValue: String(segment[..<equals])) else { throw .notFound }
        let rest = segment[segment.index(after: equals)...]
        field = named
        if named == .nameVersion {
            guard let colon = rest.lastIndex(of: ":") else { throw .notFound }
            let name = try PercentEncoding.decode(rest[..<colon])
            let version = try PercentEncoding.decode(rest[rest.index(after: colon)...])
            value = Product.nameVersionKey(name: name, version: version)
        } else {
            value = try PercentEncoding.decode(rest)
        }
    }
}
