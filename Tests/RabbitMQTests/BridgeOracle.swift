import AMQP
import CRabbitMQ

@testable import RabbitMQ

/// librabbitmq and our own decoder must read the same from the same bytes, wherever both read anything.
///
/// Shared by the fuzzer and the replay of its corpus, so it knows nothing of tests.
enum BridgeOracle {
    private static let limits = ContentLimits()

    /// What the two disagree about; `nil` when nothing.
    static func complaint(about bytes: [UInt8]) -> String? { complaintAboutTable(bytes) ?? complaintAboutHeader(bytes) }

    private static func complaintAboutTable(_ bytes: [UInt8]) -> String? {
        let arena = Arena()
        let ours = ours(bytes)
        let prefixed = withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { Array($0) } + bytes
        let theirs = try? arena.table(encoded: prefixed)
        if let ours, let theirs {
            let read = FieldTable(theirs)
            guard isSame(ours, read) else { return "we read \(ours), the library \(read)" }
        }
        // What we send must be readable for the library, since it is the library that sends it.
        if let ours, let encoded = try? ours.encoded() {
            guard let sent = try? arena.table(encoded: encoded) else { return "the library can't read what we write" }
            guard let kept = self.ours(Array(encoded.dropFirst(4))), isSame(FieldTable(sent), kept) else {
                return "the library reads something else than we wrote"
            }
        }
        if let theirs { return complaint(aboutWriting: theirs, at: prefixed.count) }
        return nil
    }

    /// The way out: the library writes, we read.
    private static func complaint(aboutWriting table: amqp_table_t, at size: Int) -> String? {
        var table = table
        var offset = 0
        // The library writes strings and numbers as they came.
        var buffer = [UInt8](repeating: 0, count: size + 64)
        let status = buffer.withUnsafeMutableBytes { space in
            amqp_encode_table(amqp_bytes_t(len: space.count, bytes: space.baseAddress), &table, &offset)
        }
        guard status == AMQP_STATUS_OK.rawValue else { return nil }
        guard let written = ours(Array(buffer[4..<max(offset, 4)])) else { return nil }
        return isSame(written, FieldTable(table)) ? nil : "the library writes something else than it read"
    }

    private static func complaintAboutHeader(_ bytes: [UInt8]) -> String? {
        let arena = Arena()
        guard let ours = try? ContentHeader(decoding: bytes, limits: limits), ours.oversizedHeaders == nil else {
            return nil
        }
        let read = bytes.withUnsafeBytes { source -> Properties? in
            guard !source.isEmpty else { return nil }
            var decoded: UnsafeMutableRawPointer?
            let copy = arena.bytes(source)
            guard amqp_decode_properties(UInt16(AMQP_BASIC_CLASS), arena.pool, copy, &decoded) == 0, let decoded else {
                return nil
            }
            return Properties(decoded.assumingMemoryBound(to: amqp_basic_properties_t.self).pointee)
        }
        guard var theirs = read else { return nil }
        var mine = ours.properties
        guard isSame(mine.headers, theirs.headers) else {
            return "we read \(mine.headers), the library \(theirs.headers)"
        }
        (mine.headers, theirs.headers) = ([:], [:])
        return mine == theirs ? nil : "we read \(mine), the library \(theirs)"
    }

    private static func ours(_ content: [UInt8]) -> FieldTable? {
        // Through a content header: the decoder itself is no part of what others see.
        let length = withUnsafeBytes(of: UInt32(content.count).bigEndian) { Array($0) }
        let header = try? ContentHeader(decoding: [0b0010_0000, 0] + length + content, limits: limits)
        return header?.oversizedHeaders == nil ? header?.properties.headers : nil
    }

    /// Equal, or equal in all they say: a number that is none doesn't equal itself.
    private static func isSame(_ one: FieldTable, _ other: FieldTable) -> Bool {
        one == other || "\(one)" == "\(other)"
    }
}
