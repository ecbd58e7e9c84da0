import Foundation
import GRDB
import OrderFulfilment

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Looks at a ledger's path before SQLite does, and creates the file where there is none.
enum LedgerFile {
    /// The path without symbolic links, so that two names of one file share one lock.
    static func resolved(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }

    /// Whether there is a ledger at the path; throws when there is something else.
    static func exists(at path: String) throws(LedgerFailure) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno != ENOENT else { return false }
            throw .unavailable("The ledger \(path) can't be opened: \(String(cString: strerror(errno))).")
        }
        defer { _ = close(descriptor) }
        var header = [UInt8](repeating: 0, count: 100)
        let count = read(descriptor, &header, header.count)
        guard count >= 0 else {
            throw .unavailable("The ledger \(path) can't be read: \(String(cString: strerror(errno))).")
        }
        let remedy = "Put the ledger back from a backup, or give LEDGER_URL another path. Nothing was changed."
        guard count > 0 else {
            throw .incompatible("\(path) is an empty file, which no ledger ever is. \(remedy)")
        }
        guard count == header.count, header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .incompatible("\(path) is no SQLite file, or its beginning is damaged. \(remedy)")
        }
        // Offset 68 of SQLite's file header: the application id, big-endian.
        let applicationID = header[68..<72].reduce(Int32(0)) { $0 << 8 | Int32($1) }
        guard applicationID == Schema.applicationID else {
            throw .incompatible("\(path) is an SQLite file of another program. \(remedy)")
        }
        return true
    }

    /// Creates an empty ledger.
    ///
    /// It gets its name only when it is complete, so that a crash in between leaves no
    /// half of a ledger behind that a later start would have to guess about.
    static func create(at path: String) throws {
        let draft = path + ".new"
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(draft + suffix) }
        let queue = try DatabaseQueue(path: draft, configuration: configuration(label: "ledger-creation"))
        try queue.writeWithoutTransaction { try Schema.migrate($0, path: path) }
        try queue.close()
        try synchronise(draft)
        guard rename(draft, path) == 0 else {
            throw LedgerFailure.unavailable("The ledger \(path) can't be created: \(String(cString: strerror(errno))).")
        }
        try synchronise(directory(of: path))
    }

    /// Makes the folder of the ledger where it is missing.
    static func createDirectory(of path: String) throws(LedgerFailure) {
        let directory = directory(of: path)
        do {
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        } catch {
            throw .unavailable("The ledger's folder \(directory) can't be created: \(error.localizedDescription)")
        }
    }

    /// How every connection that writes is set up.
    static func configuration(label: String) -> Configuration {
        var configuration = Configuration()
        configuration.label = label
        configuration.foreignKeysEnabled = false
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = FULL;
                    PRAGMA cache_size = -65536;
                    PRAGMA wal_autocheckpoint = 4000;
                    PRAGMA journal_size_limit = 67108864;
                    PRAGMA temp_store = MEMORY;
                    """
            )
        }
        return configuration
    }

    private static func directory(of path: String) -> String {
        URL(fileURLWithPath: path).deletingLastPathComponent().path
    }

    private static func synchronise(_ path: String) throws(LedgerFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { _ = close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw .unavailable("\(path) can't be made durable: \(String(cString: strerror(errno))).")
        }
    }
}
