/// How a path names a resource: a bare id, or `field=value` with the value percent-encoded.
enum ResourceKey: Hashable, Sendable {
    case id(String)
    /// An entitlement's eId; EMS answers 404 to a bare one.
    case entitlementID(String)
    case externalID(String)
    case identifier(String)
    case email(String)
    case nameVersion(name: String, version: String)

    /// One segment of a path.
    ///
    /// The `=` and the `:` between name and version stay literal, as EMS wants them.
    var segment: String {
        switch self {
        case .id(let id): id.percentEncoded
        case .entitlementID(let id): "eId=\(id.percentEncoded)"
        case .externalID(let id): "externalId=\(id.percentEncoded)"
        case .identifier(let id): "identifier=\(id.percentEncoded)"
        case .email(let email): "emailId=\(email.percentEncoded)"
        case .nameVersion(let name, let version): "nameVersion=\(name.percentEncoded):\(version.percentEncoded)"
        }
    }
}

extension String {
    /// Everything but RFC 3986's unreserved characters as `%XX`.
    var percentEncoded: String {
        var encoded: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"):
                encoded.append(byte)
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                encoded += ((byte < 0x10 ? "%0" : "%") + digits).utf8
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
