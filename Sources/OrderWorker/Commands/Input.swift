import Foundation

/// A file or standard input, read piece by piece; what can't be read is told in one sentence with the system's reason.
final class Input {
    /// Why something can't be read.
    struct Failure: Error, CustomStringConvertible {
        let name: String
        /// What follows the name: `can't be read: No such file or directory`.
        let reason: String

        var description: String { "\(name) \(reason)" }
    }

    private static let size = 1 << 16

    /// Whose bytes they are, for a person.
    let name: String
    private let descriptor: Int32
    private let isOwn: Bool

    /// The file of that name; `-` for standard input.
    init(_ path: String) throws(Failure) {
        guard path != "-" else {
            (name, descriptor, isOwn) = ("standard input", STDIN_FILENO, false)
            return
        }
        (name, descriptor, isOwn) = (path.isEmpty ? "''" : path, open(path, O_RDONLY | O_CLOEXEC), true)
        guard descriptor >= 0 else { throw Self.failure(name, errno) }
    }

    /// What somebody else has opened, and closes: standard input, as a rule.
    init(reading descriptor: Int32) { (name, self.descriptor, isOwn) = ("standard input", descriptor, false) }

    deinit { if isOwn, descriptor >= 0 { close(descriptor) } }

    /// What is there, as soon as anything is; nothing at the end.
    func piece() throws(Failure) -> [UInt8] {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: Self.size) { buffer, filled in
                count = read(descriptor, buffer.baseAddress, Self.size)
                filled = max(0, count)
            }
            if count >= 0 { return bytes }
            guard SystemReason.isPassing(on: descriptor, POLLIN) else { throw Self.failure(name, errno) }
        }
    }

    /// All that is left of it.
    func rest() throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while case let piece = try piece(), !piece.isEmpty { bytes += piece }
        return bytes
    }

    /// All of a file, or of standard input.
    static func bytes(of path: String) throws(Failure) -> [UInt8] { try Input(path).rest() }

    /// Whether nothing has that name, not even a link that leads nowhere.
    static func isMissing(_ path: String) -> Bool {
        var byte: CChar = 0
        return readlink(path, &byte, 1) < 0 && errno == ENOENT
    }

    private static func failure(_ name: String, _ number: Int32) -> Failure {
        Failure(name: name, reason: "can't be read: \(SystemReason.text(number))")
    }
}
