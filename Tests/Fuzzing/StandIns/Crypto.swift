/// Stands in for swift-crypto, whose module would need a build of the whole package: a sum, so that the fuzzer still sees
/// whether every byte of an oversized body was taken, and taken once.
public struct SHA256 {
    /// The sum, padded to the length of the real digest.
    public struct Digest: Sequence {
        let sum: UInt64

        /// Big-endian, then zeros.
        public func makeIterator() -> AnyIterator<UInt8> {
            var position: UInt64 = 0
            return AnyIterator {
                guard position < 32 else { return nil }
                defer { position += 1 }
                return position < 8 ? UInt8(truncatingIfNeeded: sum >> (56 - 8 * position)) : 0
            }
        }
    }

    private var sum: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Nothing summed yet.
    public init() {}

    /// Takes the next bytes.
    public mutating func update(data: some Sequence<UInt8>) {
        for byte in data { sum = (sum ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }

    /// The sum so far.
    public func finalize() -> Digest { Digest(sum: sum) }

    /// All at once.
    public static func hash(data: some Sequence<UInt8>) -> Digest {
        var hash = SHA256()
        hash.update(data: data)
        return hash.finalize()
    }
}
