import Foundation
import LedgerStorage

/// A value that goes to the server with a statement, in the server's binary form.
enum Parameter: Sendable {
    case null
    case integer(Int64)
    case double(Double)
    case flag(Bool)
    case text(String)
    case bytes([UInt8])

    static func integer(_ value: Int?) -> Parameter { value.map { .integer(Int64($0)) } ?? .null }
    static func double(_ value: Double?) -> Parameter { value.map { .double($0) } ?? .null }
    static func flag(_ value: Bool?) -> Parameter { value.map { .flag($0) } ?? .null }
    static func text(_ value: String?) -> Parameter { value.map { .text($0) } ?? .null }
    static func bytes(_ value: [UInt8]?) -> Parameter { value.map { .bytes($0) } ?? .null }
    static func date(_ value: Date?) -> Parameter { .double(value?.stored) }

    /// The server's binary form; `nil` for null.
    var encoded: [UInt8]? {
        switch self {
        case .null: nil
        case .integer(let value): withUnsafeBytes(of: value.bigEndian) { Array($0) }
        case .double(let value): withUnsafeBytes(of: value.bitPattern.bigEndian) { Array($0) }
        case .flag(let value): [value ? 1 : 0]
        // The server keeps no NUL in a text. Identities have none; a system's message might.
        case .text(let value): Array((value.utf8.contains(0) ? value.replacing("\0", with: "\u{FFFD}") : value).utf8)
        case .bytes(let value): value
        }
    }

    /// About how much it adds to a transaction, in bytes.
    var size: Int {
        switch self {
        case .null, .integer, .double, .flag: 8
        case .text(let value): value.utf8.count
        case .bytes(let value): value.count
        }
    }
}
