import Foundation
import LedgerStorage

/// One row of an answer, in the server's binary form.
struct AnswerRow: Sendable {
    /// The fields, `nil` where the server said null.
    let fields: [[UInt8]?]

    func integer(_ index: Int) throws(ByteReader.Damage) -> Int64 {
        guard let value = try optionalInteger(index) else { throw ByteReader.Damage() }
        return value
    }

    func optionalInteger(_ index: Int) throws(ByteReader.Damage) -> Int64? {
        guard let field = fields[index] else { return nil }
        switch field.count {
        case 4: return Int64(Int32(truncatingIfNeeded: bits(field)))
        case 8: return Int64(truncatingIfNeeded: bits(field))
        case _: throw ByteReader.Damage()
        }
    }

    func double(_ index: Int) throws(ByteReader.Damage) -> Double {
        guard let value = try optionalDouble(index) else { throw ByteReader.Damage() }
        return value
    }

    func optionalDouble(_ index: Int) throws(ByteReader.Damage) -> Double? {
        guard let field = fields[index] else { return nil }
        guard field.count == 8 else { throw ByteReader.Damage() }
        return Double(bitPattern: bits(field))
    }

    func flag(_ index: Int) throws(ByteReader.Damage) -> Bool {
        guard let field = fields[index], field.count == 1 else { throw ByteReader.Damage() }
        return field[0] != 0
    }

    func text(_ index: Int) throws(ByteReader.Damage) -> String {
        guard let value = optionalText(index) else { throw ByteReader.Damage() }
        return value
    }

    func optionalText(_ index: Int) -> String? { fields[index].map { String(decoding: $0, as: UTF8.self) } }

    func bytes(_ index: Int) -> [UInt8]? { fields[index] }

    private func bits(_ field: [UInt8]) -> UInt64 { field.reduce(0) { $0 << 8 | UInt64($1) } }
}
