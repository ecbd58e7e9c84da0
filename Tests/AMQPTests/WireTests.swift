import Testing

@testable import AMQP

@Suite struct WireTests {
    private let limits = ContentLimits()

    /// The content of an encoded table, without its length.
    private func content(_ table: FieldTable, depth: Int = 32) throws -> ArraySlice<UInt8> {
        try table.encoded(depth: depth).dropFirst(4)
    }

    private func nested(_ depth: Int) -> FieldTable {
        var table: FieldTable = ["leaf": true]
        for level in 1..<depth {
            table = level.isMultiple(of: 2) ? ["t": .table(table)] : ["t": .array([.table(table)])]
        }
        return table
    }

    @Test func `a table with every type comes back as it was`() throws {
        let table: FieldTable = [
            "boolean": false, "integer": -1, "unsigned": .unsigned(UInt64(UInt32.max)), "double": .double(-0.5),
            "decimal": .decimal(scale: 255, value: .max), "text": "naïve", "bytes": .bytes([0xFF]),
            "timestamp": .timestamp(.max), "array": .array([.void, "x", .array([])]), "table": .table([:]),
            "void": .void, "": "empty name", "void ": .void,
        ]
        #expect(try FieldTableDecoder.decode(content(table), limits: limits) == table)
    }

    @Test func `numbers that RabbitMQ has no field type for are refused`() throws {
        #expect(
            try FieldTableDecoder.decode(content(["n": .unsigned(1 << 40)]), limits: limits) == ["n": .integer(1 << 40)]
        )
        #expect(throws: WireError.self) { try FieldTable([.init("n", .unsigned(.max))]).encoded() }
        #expect(throws: WireError.self) { try FieldTable([.init(String(repeating: "n", count: 256), 1)]).encoded() }
    }

    @Test(
        arguments: [
            ("b", [0x80], FieldValue.integer(-128)), ("B", [0x80], .unsigned(128)), ("s", [0x80, 0], .integer(-32768)),
            ("u", [0x80, 0], .unsigned(32768)), ("I", [0x80, 0, 0, 0], .integer(-2_147_483_648)),
            ("i", [0x80, 0, 0, 0], .unsigned(2_147_483_648)), ("l", [0x80, 0, 0, 0, 0, 0, 0, 0], .integer(.min)),
            ("L", [0x80, 0, 0, 0, 0, 0, 0, 0], .unsigned(1 << 63)), ("f", [0x3F, 0x80, 0, 0], .double(1)),
            ("S", [0, 0, 0, 1, 0xFF], .bytes([0xFF])), ("t", [7], .boolean(true)),
        ] as [(String, [UInt8], FieldValue)]
    )
    func `field types of other clients are read`(type: String, bytes: [UInt8], value: FieldValue) throws {
        let content: [UInt8] = [1, UInt8(ascii: "k")] + Array(type.utf8) + bytes
        #expect(try FieldTableDecoder.decode(content[...], limits: limits) == ["k": value])
    }

    @Test func `depth is limited when reading and when writing`() throws {
        #expect(try FieldTableDecoder.decode(content(nested(21), depth: 99), limits: limits) == nested(21))
        #expect(throws: WireError.overLimit) {
            try FieldTableDecoder.decode(content(nested(22), depth: 99), limits: limits)
        }
        #expect(throws: WireError.overLimit) { try nested(22).encoded() }
    }

    @Test func `Invariant 7: eighteen thousand levels are refused without recursion`() {
        var bytes: [UInt8] = []
        var length = UInt32(18_000 * 7)
        while length >= 7 {
            length -= 7
            bytes += [1, UInt8(ascii: "k"), UInt8(ascii: "F")]
            withUnsafeBytes(of: length.bigEndian) { bytes += $0 }
        }
        #expect(throws: WireError.overLimit) { try FieldTableDecoder.decode(bytes[...], limits: limits) }
    }

    @Test func `the count of fields and elements is limited`() throws {
        let limits = ContentLimits(headerCount: 10)
        let table: FieldTable = ["a": .array(Array(repeating: .void, count: 9))]
        #expect(try FieldTableDecoder.decode(content(table), limits: limits) == table)
        #expect(throws: WireError.overLimit) {
            try FieldTableDecoder.decode(content(["a": .array(Array(repeating: .void, count: 10))]), limits: limits)
        }
    }

    @Test func `many elements take time in proportion`() throws {
        let count = 60_000
        let bytes = try content(["a": .array(Array(repeating: .void, count: count))])
        let limits = ContentLimits(headerBytes: bytes.count, headerCount: count + 1)
        let start = ContinuousClock.now
        let table = try FieldTableDecoder.decode(bytes, limits: limits)
        // Some ten milliseconds; half a minute when each element copies those before it.
        #expect(start.duration(to: .now) < .seconds(20))
        guard case .array(let elements)? = table["a"] else { throw WireError.truncated }
        #expect(elements.count == count)
    }

    @Test func `no limit allows a depth that could not be freed`() throws {
        let limits = ContentLimits(headerDepth: .max)
        #expect(throws: WireError.overLimit) {
            try FieldTableDecoder.decode(content(nested(600), depth: 2_000), limits: limits)
        }
    }

    @Test func `cut tables are refused, not read past their end`() throws {
        let bytes = try Array(content(["text": "value", "table": .table(["a": .array([1, 2])])]))
        for count in 1..<bytes.count {
            #expect(throws: WireError.self, "cut at \(count)") {
                let table = try FieldTableDecoder.decode(bytes[..<count], limits: limits)
                // A cut between two fields leaves a shorter table that is whole.
                if table.fields.count < 2 { throw WireError.truncated }
            }
        }
    }

    @Test func `Invariant 7: random and mutated bytes never trap`() throws {
        let seed = try Array(content(["text": "value", "table": .table(["a": .array([1, .double(2), .void])])]))
        for _ in 0..<20_000 {
            var bytes = seed
            for _ in 0...Int.random(in: 0...4) { bytes[Int.random(in: bytes.indices)] = .random(in: .min ... .max) }
            _ = try? FieldTableDecoder.decode(bytes[...], limits: limits)
            _ = try? ContentHeader(decoding: bytes, limits: limits)
        }
    }

    @Test func `properties are read in the order of their flags`() throws {
        var bytes: [UInt8] = [0b1110_0110, 0b1000_1000]
        bytes += [3] + Array("a/b".utf8)
        bytes += [1, UInt8(ascii: "e")]
        bytes += try FieldTable([.init("h", "v")]).encoded()
        bytes += [2] + Array("cp".utf8) + [1, UInt8(ascii: "r")]
        bytes += [2] + Array("id".utf8)
        bytes += [3] + Array("app".utf8)
        let header = try ContentHeader(decoding: bytes, limits: limits)
        #expect(
            header.properties
                == Properties(
                    contentType: "a/b",
                    contentEncoding: "e",
                    headers: ["h": "v"],
                    correlationID: "cp",
                    replyTo: "r",
                    messageID: "id",
                    appID: "app"
                )
        )
        #expect(header.oversizedHeaders == nil)
    }

    @Test func `headers over a limit are left out, the other properties stay`() throws {
        let headers = nested(22)
        let bytes: [UInt8] = try [0b0010_0000, 0b1000_0000] + headers.encoded(depth: 99) + [2] + Array("id".utf8)
        let header = try ContentHeader(decoding: bytes, limits: limits)
        #expect(header.properties == Properties(messageID: "id"))
        #expect(header.oversizedHeaders == Array(try content(headers, depth: 99)))
    }
}
