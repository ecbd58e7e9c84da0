import Foundation

/// Writes values one after the other, little-endian, texts and bytes with their length in front.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package mutating func write(_ value: UInt8) { bytes.append(value) }

    package mutating func write(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func write(_ value: [UInt8]) {
        write(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func write(_ text: String) {
        let utf8 = text.utf8
        write(UInt64(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    /// A byte that says whether it is there, then the value.
    package mutating func write<Value>(_ value: Value?, _ body: (inout ByteWriter, Value) throws -> Void) rethrows {
        write(UInt8(value == nil ? 0 : 1))
        if let value { try body(&self, value) }
    }

    package mutating func write(_ text: String?) { write(text) { $0.write($1) } }
}
