import Crypto

/// The deterministic ids of outcome events: UUIDv5 in the contract's namespace.
public enum EventID {
    /// The namespace of the contract: `3451f70c-e900-5c31-89d7-5eda42ad1a26`.
    private static let namespace: [UInt8] = [
        0x34, 0x51, 0xF7, 0x0C, 0xE9, 0x00, 0x5C, 0x31, 0x89, 0xD7, 0x5E, 0xDA, 0x42, 0xAD, 0x1A, 0x26,
    ]

    /// The id of an outcome, whose name is the last word of the routing key.
    ///
    /// The suffix is the body's SHA-256 for what never got a claim, and the entitlement id for an item of a sync.
    public static func outcome(
        _ outcome: String,
        of identity: CommandIdentity,
        round: Int = 1,
        suffix: String? = nil
    ) -> String {
        var name: [JSON] = [.string(identity.source), .string(identity.id), .string(outcome), .integer(round)]
        if let suffix { name.append(.string(suffix)) }
        // UUIDv5 is defined over SHA-1; nothing here depends on its strength.
        var hash = Insecure.SHA1()
        hash.update(data: namespace)
        hash.update(data: JSON.array(name).canonicalBytes)
        var bytes = Array(hash.finalize().prefix(16))
        bytes[6] = bytes[6] & 0x0F | 0x50
        bytes[8] = bytes[8] & 0x3F | 0x80
        return [bytes[0..<4], bytes[4..<6], bytes[6..<8], bytes[8..<10], bytes[10..<16]]
            .map(Hexadecimal.text).joined(separator: "-")
    }
}
