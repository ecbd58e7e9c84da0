import Foundation

/// How an operator's command finds the worker that has a ledger: a file beside it, for the same account alone, with the
/// worker's address and a token that is new with each start.
struct OperatorAccess {
    /// What the file says.
    struct Door: Codable, Hashable {
        var url: String
        var token: String
    }

    private let path: String

    init(ledgerPath: String) { path = ledgerPath + ".operator" }

    /// 256 random bits.
    static func newToken() -> String {
        (0..<32).map { _ in String(format: "%02x", UInt8.random(in: .min ... .max)) }.joined()
    }

    /// Writes the file; one that a killed worker left behind is replaced.
    func grant(host: String, port: Int, token: String) throws {
        guard !path.hasPrefix(":memory:") else { return }
        // Whoever listens everywhere listens here too.
        let here = ["0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host
        let address = here.contains(":") ? "[\(here)]" : here
        let draft = path + ".new"
        try? FileManager.default.removeItem(atPath: draft)
        let content = try JSONEncoder().encode(Door(url: "http://\(address):\(port)", token: token))
        guard
            FileManager.default.createFile(
                atPath: draft,
                contents: content,
                attributes: [.posixPermissions: 0o600]
            ), rename(draft, path) == 0
        else { throw CommandFailure(description: "\(path) can't be written") }
    }

    /// Takes the file away.
    func withdraw() { try? FileManager.default.removeItem(atPath: path) }

    /// The door to the worker; `nil` when there is none.
    var door: Door? {
        (try? Data(contentsOf: URL(fileURLWithPath: path))).flatMap { try? JSONDecoder().decode(Door.self, from: $0) }
    }
}
