import Foundation

/// The tenant in a JSON file, replaced as a whole.
actor StateFile {
    private struct Content: Codable {
        var format = StateFile.format
        var tenant: Tenant
    }

    private static let format = 1

    private let path: String
    private var written = 0

    init(path: String) { self.path = path }

    /// Writes the newest state, unless a write for another call has had this revision already.
    func keep(_ revision: Int, _ newest: @Sendable () -> (Tenant, Int)) {
        guard revision > written else { return }
        let (tenant, newestRevision) = newest()
        do {
            try Self.write(tenant, to: path)
            written = newestRevision
        } catch {
            // The next change tries again; the call itself has been done.
            try? FileHandle.standardError.write(contentsOf: Data("ems-sandbox: \(error)\n".utf8))
        }
    }

    static func write(_ tenant: Tenant, to path: String) throws(StateFileError) {
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            try encoder.encode(Content(tenant: tenant)).write(to: URL(fileURLWithPath: path), options: .atomic)
        } catch {
            throw StateFileError(path: path, problem: "can't be written: \(error.localizedDescription)")
        }
    }

    /// Nil where there is no file yet.
    static func load(_ path: String) throws(StateFileError) -> Tenant? {
        guard FileManager.default.fileExists(atPath: path) else { return nil }
        let data: Data
        do {
            data = try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw StateFileError(path: path, problem: "can't be read: \(error.localizedDescription)")
        }
        let content: Content
        do {
            content = try JSONDecoder().decode(Content.self, from: data)
        } catch {
            throw StateFileError(
                path: path,
                problem: "isn't a state of this sandbox. Move it away, or name another one"
            )
        }
        guard content.format == format else {
            throw StateFileError(
                path: path,
                problem: "has the format \(content.format), and this sandbox reads \(format)"
            )
        }
        return content.tenant
    }
}
