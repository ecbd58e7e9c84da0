/// A frame, as the fake peer writes and reads it.
struct PeerFrame: Hashable, Sendable {
    var type: UInt8
    var channel: UInt16
    var payload: [UInt8]

    /// The method of a method frame.
    var method: PeerMethod? {
        guard type == 1, payload.count >= 4 else { return nil }
        return PeerMethod(number: payload[..<4].reduce(0) { $0 << 8 | UInt32($1) })
    }

    var bytes: [UInt8] {
        PeerBytes().octet(type).short(channel).long(UInt32(payload.count)).raw(payload).octet(0xCE).bytes
    }

    static func method(_ method: PeerMethod, channel: UInt16 = 1, _ arguments: PeerBytes = PeerBytes()) -> PeerFrame {
        PeerFrame(type: 1, channel: channel, payload: PeerBytes().long(method.number).raw(arguments.bytes).bytes)
    }

    /// A content header, with a message id when there is one.
    static func header(bodySize: Int, messageID: String? = nil) -> PeerFrame {
        var payload = PeerBytes().short(60).short(0).longLong(UInt64(bodySize))
        payload = messageID.map { payload.short(1 << 7).shortString($0) } ?? payload.short(0)
        return PeerFrame(type: 2, channel: 1, payload: payload.bytes)
    }

    static func body(_ bytes: [UInt8]) -> PeerFrame { PeerFrame(type: 3, channel: 1, payload: bytes) }
}

/// AMQP's basic types, one after the other.
struct PeerBytes: Hashable, Sendable {
    private(set) var bytes: [UInt8] = []

    func raw(_ more: [UInt8]) -> PeerBytes { PeerBytes(bytes: bytes + more) }

    func octet(_ value: UInt8) -> PeerBytes { raw([value]) }

    func short(_ value: UInt16) -> PeerBytes { raw([UInt8(value >> 8), UInt8(value & 0xFF)]) }

    func long(_ value: UInt32) -> PeerBytes { short(UInt16(value >> 16)).short(UInt16(value & 0xFFFF)) }

    func longLong(_ value: UInt64) -> PeerBytes {
        long(UInt32(value >> 32)).long(UInt32(truncatingIfNeeded: value))
    }

    func shortString(_ text: String) -> PeerBytes { octet(UInt8(text.utf8.count)).raw(Array(text.utf8)) }

    func longString(_ text: String) -> PeerBytes { long(UInt32(text.utf8.count)).raw(Array(text.utf8)) }
}
