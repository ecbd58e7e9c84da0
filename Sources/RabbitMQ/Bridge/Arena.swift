import AMQP
import CRabbitMQ
import Glibc

/// Memory for what a call into the library reads: freed all at once.
struct Arena: ~Copyable {
    /// Stays inside `Bridge/`.
    let pool: UnsafeMutablePointer<amqp_pool_t>

    init() {
        pool = .allocate(capacity: 1)
        init_amqp_pool(pool, 4096)
    }

    deinit {
        empty_amqp_pool(pool)
        pool.deallocate()
    }

    /// Forgets what was copied in and keeps the pages.
    func recycle() { recycle_amqp_pool(pool) }

    /// A copy of the text that lives as long as the arena.
    func bytes(_ text: String) -> amqp_bytes_t {
        var text = text
        return text.withUTF8 { bytes(UnsafeRawBufferPointer($0)) }
    }

    /// A copy of the bytes that lives as long as the arena.
    func bytes(_ source: UnsafeRawBufferPointer) -> amqp_bytes_t {
        guard let base = source.baseAddress, source.count > 0, let copy = amqp_pool_alloc(pool, source.count) else {
            return amqp_bytes_t(len: 0, bytes: nil)
        }
        copy.copyMemory(from: base, byteCount: source.count)
        return amqp_bytes_t(len: source.count, bytes: copy)
    }

    /// A name, checked to fit into a short string.
    func name(_ name: some AMQPName) throws(BrokerFailure) -> amqp_bytes_t {
        guard name.rawValue.utf8.count <= 255 else {
            throw .invalid("the name '\(name.rawValue.prefix(40))…' is over 255 bytes")
        }
        return bytes(name.rawValue)
    }

    /// A table for the library.
    ///
    /// It is encoded here and decoded by the library, so that no C tree is built by hand.
    func table(_ table: FieldTable) throws(BrokerFailure) -> amqp_table_t {
        let encoded: [UInt8]
        do { encoded = try table.encoded() } catch { throw .invalid("a table can't be encoded: \(error)") }
        return try self.table(encoded: encoded)
    }

    /// A table for the library from its encoded form with length prefix.
    func table(encoded: [UInt8]) throws(BrokerFailure) -> amqp_table_t {
        var table = amqp_table_t(num_entries: 0, entries: nil)
        var offset = 0
        // The decoded table points into the encoded bytes: they must live in the arena too.
        let copy = encoded.withUnsafeBytes { bytes($0) }
        let status = amqp_decode_table(copy, pool, &table, &offset)
        guard status == AMQP_STATUS_OK.rawValue else {
            throw .invalid("a table can't be encoded: \(text(status: status))")
        }
        return table
    }
}

/// The library's words for a status.
func text(status: Int32) -> String { amqp_error_string2(status).map { String(cString: $0) } ?? "status \(status)" }

extension String {
    /// Text from the library; bytes that are no UTF-8 are mended.
    init(_ bytes: amqp_bytes_t) {
        self.init(
            decoding: UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len),
            as: UTF8.self
        )
    }

    /// The broker's words, fit for a log line and a terminal: what would steer either is replaced.
    init(shown bytes: amqp_bytes_t) {
        var scalars = UnicodeScalarView()
        for scalar in String(bytes).unicodeScalars {
            let steers =
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            scalars.append(steers ? "\u{FFFD}" : scalar)
        }
        self.init(scalars)
    }
}

extension [UInt8] {
    /// A copy of bytes that belong to the library.
    init(_ bytes: amqp_bytes_t) {
        self.init(UnsafeRawBufferPointer(start: bytes.bytes, count: bytes.bytes == nil ? 0 : bytes.len))
    }
}

extension Duration {
    /// The library's form of a wait.
    var timeval: Glibc.timeval {
        let (seconds, attoseconds) = components
        return Glibc.timeval(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
