import Foundation
import GRDB
import OrderFulfilment
import OrderMessages
import Synchronization
import TestKit
import Testing

@testable import SQLiteLedger

/// What is at the path, and who may write it.
@Suite struct FileTests {
    let folder: TemporaryFolder
    var path: String { folder.file("ledger.db") }

    init() throws { folder = try TemporaryFolder() }

    private func open(_ path: String) async throws -> SQLiteLedger {
        try await SQLiteLedger.open(path: path, predecessorWait: 30, now: LedgerScene.time(0))
    }

    private func failure(_ path: String) async -> LedgerFailure? {
        do {
            _ = try await open(path)
            return nil
        } catch {
            return error as? LedgerFailure
        }
    }

    @Test func `A missing folder is created`() async throws {
        let ledger = try await open(folder.file("a/b/ledger.db"))
        await ledger.close()
        #expect(FileManager.default.fileExists(atPath: folder.file("a/b/ledger.db")))
        #expect(!FileManager.default.fileExists(atPath: folder.file("a/b/ledger.db.new")))
    }

    @Test func `A folder that can't be made is named with the reason`() async throws {
        try Data("x".utf8).write(to: URL(fileURLWithPath: folder.file("a")))
        guard case .unavailable(let message) = await failure(folder.file("a/ledger.db")) else {
            Issue.record("opened")
            return
        }
        #expect(message.contains(folder.file("a")))
    }

    @Test func `A second writer is refused with the process that has the ledger, by any name of the file`() async throws
    {
        let ledger = try await open(path)
        let link = folder.file("link.db")
        try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: path)
        for name in [path, link] {
            guard case .unavailable(let message) = await failure(name) else {
                Issue.record("opened twice")
                return
            }
            #expect(message.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
        }
        await ledger.close()
        try await open(path).close()
    }

    @Test func `A lock file that a dead process left behind holds nobody up`() async throws {
        try Data("1\n".utf8).write(to: URL(fileURLWithPath: path + ".lock"))
        try await open(path).close()
    }

    @Test func `A ledger of a newer version is left alone`() async throws {
        try await open(path).close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "PRAGMA user_version = \(Schema.version + 1)") }
        try queue.close()
        for failure in [await failure(path), await readerFailure()] {
            guard case .incompatible(let message) = failure else {
                Issue.record("opened")
                return
            }
            #expect(message.contains("newer"))
        }
    }

    @Test func `A ledger from before case files opens, keeps what it had, and knows nothing of how that came about`()
        async throws
    {
        let request = try LedgerScene.request("old")
        let old = try await open(path)
        guard case .granted(let grant) = try await old.claim(request) else { throw LedgerScene.Surprise("not granted") }
        try await old.complete(LedgerScene.ending(grant.claim, version: 1, at: 1), under: grant.claim)
        await old.close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            try database.execute(sql: "DROP TABLE case_file; ALTER TABLE command DROP COLUMN announced_at")
            try database.execute(sql: "PRAGMA user_version = 3")
        }
        try queue.close()
        guard case .incompatible(let message) = await readerFailure() else { throw LedgerScene.Surprise("read") }
        #expect(message.contains("older release"))
        let ledger = try await open(path)
        #expect(try await ledger.orders(withID: "old").first?.outcome == .succeeded)
        #expect(try await ledger.caseFile(of: request.identity) == nil)
        try await ledger.announced(request.identity, round: 1, at: LedgerScene.time(2))
        guard case .granted(let next) = try await ledger.claim(LedgerScene.request("new")) else {
            throw LedgerScene.Surprise("not granted")
        }
        var ending = LedgerScene.ending(next.claim, version: 2, at: 3)
        ending.caseFile = CaseFile(entries: [CaseEntry(.ended, at: LedgerScene.time(3), "succeeded")])
        try await ledger.complete(ending, under: next.claim)
        #expect(try await ledger.caseFile(of: next.claim.identity)?.entries.count == 1)
        await ledger.close()
    }

    private func readerFailure() async -> LedgerFailure? {
        do {
            _ = try await SQLiteLedgerReader.open(path: path)
            return nil
        } catch {
            return error
        }
    }

    @Test(arguments: ["", "no database at all", String(repeating: "rubbish ", count: 1000), "SQLite format 3\0"])
    func `What is no ledger is refused and stays as it is`(_ content: String) async throws {
        try Data(content.utf8).write(to: URL(fileURLWithPath: path))
        for failure in [await failure(path), await readerFailure()] {
            guard case .incompatible(let message) = failure else {
                Issue.record("opened: \(String(describing: failure))")
                return
            }
            #expect(message.contains(path))
        }
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == Data(content.utf8))
    }

    @Test func `Another program's database is refused`() async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.write { try $0.execute(sql: "CREATE TABLE invoice (id)") }
        try queue.close()
        guard case .incompatible(let message) = await failure(path) else {
            Issue.record("opened")
            return
        }
        #expect(message.contains("another program"))
    }

    @Test func `Damaged pages are reported as damage`() async throws {
        let ledger = try await open(path)
        for index in 0..<200 { _ = try await ledger.claim(LedgerScene.request("\(index)", of: "SUB-\(index)")) }
        await ledger.close()
        let handle = try #require(FileHandle(forUpdatingAtPath: path))
        let size = try handle.seekToEnd()
        try handle.seek(toOffset: 4096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: Int(size) - 4096))
        try handle.close()
        guard case .incompatible(let message) = await failure(path) else {
            Issue.record("opened")
            return
        }
        #expect(message.contains("damaged"))
    }

    @Test func `Others read while the worker writes, and when none runs`() async throws {
        let ledger = try await open(path)
        _ = try await ledger.claim(LedgerScene.request("A"))
        let reader = try await SQLiteLedgerReader.open(path: path)
        #expect(try await reader.orders(withID: "A").first?.state == .inHand)
        _ = try await ledger.claim(LedgerScene.request("B"))
        #expect(try await reader.statistics().open[.behind] == 1)
        await reader.close()
        await ledger.close()
        let late = try await SQLiteLedgerReader.open(path: path)
        #expect(try await late.orders(matching: OrderFilter()).map(\.identity.id) == ["B", "A"])
        await late.close()
    }

    @Test func `A reader creates no ledger`() async throws {
        guard case .unavailable = await readerFailure() else {
            Issue.record("opened")
            return
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test func `A closed ledger says so, and closing twice is nothing`() async throws {
        let ledger = try await open(path)
        await ledger.close()
        await ledger.close()
        guard case .unavailable(let message)? = await claimFailure(ledger) else {
            Issue.record("answered")
            return
        }
        #expect(message.contains("closed"))
    }

    @Test func `Whoever closes, the lock is free afterwards`() async throws {
        let ledger = try await open(path)
        let mayGoOn = DispatchSemaphore(value: 0)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        // On the file's own thread, so that both have to wait for it.
        async let held: Void = ledger.write { _ in
            beginning.yield()
            mayGoOn.wait()
        }
        for await _ in begun.prefix(1) {}
        let results = await withTaskGroup { [path] group in
            for _ in 1...2 {
                group.addTask {
                    await ledger.close()
                    return Self.isLocked(path)
                }
            }
            group.addTask {
                // Who doesn't wait is through by then.
                for _ in 1...1_000 { await Task.yield() }
                mayGoOn.signal()
                return false
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        try await held
        #expect(!results.contains(true))
    }

    private static let probe = Mutex(())

    /// Whether somebody holds the lock; one after the other, so that nobody meets another one's look.
    private static func isLocked(_ path: String) -> Bool {
        probe.withLock { _ in (try? WriterLock(path: path)) == nil }
    }

    private func claimFailure(_ ledger: SQLiteLedger) async -> LedgerFailure? {
        do {
            _ = try await ledger.claim(LedgerScene.request("A"))
            return nil
        } catch {
            return error as? LedgerFailure
        }
    }

    @Test func `A command whose row is damaged doesn't keep the others from being woken`() async throws {
        let ledger = try await open(path)
        for name in ["a", "b"] {
            let request = try LedgerScene.request(name, of: "SUB-\(name)")
            guard case .granted(let grant) = try await ledger.claim(request) else {
                Issue.record("not granted")
                return
            }
            try await ledger.release(grant.claim)
        }
        await ledger.close()
        let queue = try DatabaseQueue(path: path)
        try await queue.write { database in
            try database.execute(sql: "UPDATE message SET content = x'00ff' WHERE number = 1")
        }
        try queue.close()
        let again = try await open(path)
        let woken = try await again.wake(limit: 10, now: LedgerScene.time(10))
        #expect(woken.map(\.grant.claim.identity.id) == ["b"])
        #expect(try await again.wake(limit: 10, now: LedgerScene.time(20)).isEmpty)
        #expect(try await again.orders(withID: "a").first?.detail?.contains("can't read") == true)
        await again.close()
    }
}
