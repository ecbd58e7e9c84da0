import ArgumentParser
import Foundation
import LocalServers

/// Which ledger the workers use.
enum LedgerKind: String, CaseIterable, ExpressibleByArgument {
    case sqlite
    case postgres
}

/// Gives every cell a ledger of its own.
struct Ledgers: Sendable {
    let kind: LedgerKind
    /// A database for every run; `{cell}` in it becomes the cell's schema.
    private let template: String?

    /// A private PostgreSQL server, unless `CHAOS_POSTGRES_URL` names one: `postgres://…/db?options=-csearch_path%3D{cell}`.
    static func open(_ kind: LedgerKind) async throws -> Ledgers {
        switch kind {
        case .sqlite: return Ledgers(kind: kind, template: nil)
        case .postgres:
            if let url = ProcessInfo.processInfo.environment["CHAOS_POSTGRES_URL"] {
                return Ledgers(kind: kind, template: url)
            }
            return Ledgers(kind: kind, template: try await PostgresServer.shared().url(schema: "{cell}"))
        }
    }

    /// Seconds after which a worker that says nothing has lost what it had; `nil` where there is one worker only.
    var lease: Double? { kind == .postgres ? 5 : nil }

    /// Where the server listens on this machine; `nil` for a file, or a server elsewhere.
    var port: Int? {
        template?.firstMatch(of: /@?(?:127\.0\.0\.1|localhost):(\d+)\//).flatMap { Int($0.1) }
    }

    /// The address for workers, who reach the server over the cable if there is one.
    func url(cell: String, in folder: URL, over cable: Cable?) -> String {
        guard let template else { return "sqlite:\(folder.appending(path: "ledger.sqlite").path)" }
        let url = template.replacing("{cell}", with: cell)
        guard let port, let cable else { return url }
        return url.replacing(":\(port)/", with: ":\(cable.port)/", maxReplacements: 1)
    }
}
