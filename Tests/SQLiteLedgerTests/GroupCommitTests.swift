import Foundation
import GRDB
import OrderFulfilment
import OrderMessages
import TestKit
import Testing

@testable import SQLiteLedger

@Suite struct GroupCommitTests {
    @Test func `What is asked at the same time shares a few commits`() async throws {
        let ledger = try await SQLiteLedgerStore().openFile(now: LedgerScene.time(0))
        let before = ledger.commits
        let requests = try (0..<1000).map { try LedgerScene.request("\($0)", of: "SUB-\($0)") }
        try await withThrowingTaskGroup(of: ClaimAnswer.self) { group in
            for request in requests { group.addTask { try await ledger.claim(request) } }
            for try await answer in group {
                guard case .granted = answer else { throw LedgerScene.Surprise("\(answer)") }
            }
        }
        #expect(try await ledger.statistics().claimed == 1000)
        #expect(ledger.commits - before < 200)
        await ledger.close()
    }

    @Test func `What is asked while the ledger closes is done for good, or refused`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("ledger.db")
        let ledger = try await SQLiteLedger.open(path: path, predecessorWait: 30, now: LedgerScene.time(0))
        let requests = try (0..<300).map { try LedgerScene.request("\($0)", of: "SUB-\($0)") }
        let granted = await withTaskGroup(of: Bool.self) { group in
            for (index, request) in requests.enumerated() {
                if index == 150 {
                    group.addTask {
                        await ledger.close()
                        return false
                    }
                }
                group.addTask { (try? await ledger.claim(request)) != nil }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        let again = try await SQLiteLedger.open(path: path, predecessorWait: 30, now: LedgerScene.time(1))
        #expect(try await again.statistics().claimed == granted)
        await again.close()
    }

    @Test func `One that fails undoes itself and nobody else in its group`() async throws {
        let queue = try DatabaseQueue()
        try await queue.write { try $0.execute(sql: "CREATE TABLE line (number INTEGER PRIMARY KEY)") }
        let group = GroupCommit(queue, path: "test")
        let results = await withTaskGroup(of: (Int, Bool).self, returning: [Int: Bool].self) { tasks in
            for number in 0..<100 {
                tasks.addTask {
                    do throws(LedgerFailure) {
                        try await group.run { database in
                            try database.execute(sql: "INSERT INTO line VALUES (?)", arguments: [number])
                            if number.isMultiple(of: 3) { throw LedgerFailure.staleClaim }
                        }
                        return (number, true)
                    } catch {
                        return (number, error != .staleClaim)
                    }
                }
            }
            return await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
        let kept = try await group.run { try Int.fetchAll($0, sql: "SELECT number FROM line ORDER BY number") }
        #expect(kept == (0..<100).filter { !$0.isMultiple(of: 3) })
        #expect(results.filter(\.value).keys.sorted() == kept)
    }

    @Test func `A commit that fails reaches everyone in its group, and later ones work again`() async throws {
        let queue = try DatabaseQueue()
        try await queue.write {
            try $0.execute(
                sql: """
                    PRAGMA foreign_keys = ON;
                    CREATE TABLE parent (id INTEGER PRIMARY KEY);
                    CREATE TABLE child (id REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
                    """
            )
        }
        let group = GroupCommit(queue, path: "test")
        // A deferred foreign key breaks at the commit, whoever of the group broke it.
        await #expect(throws: LedgerFailure.self) {
            try await group.run { try $0.execute(sql: "INSERT INTO child VALUES (1)") }
        }
        try await group.run { try $0.execute(sql: "INSERT INTO parent VALUES (7)") }
        #expect(try await group.run { try Int.fetchOne($0, sql: "SELECT count(*) FROM child") } == 0)
    }

    @Test func `A file that can't be written is said, loses nothing, and goes on when it can again`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("ledger.db")
        try LedgerFile.create(at: path)
        let queue = try DatabaseQueue(path: path, configuration: LedgerFile.configuration(label: "read-only"))
        let ledger = SQLiteLedger(
            group: GroupCommit(queue, path: path),
            fences: FenceCounter(epoch: 1),
            predecessorWait: 30,
            path: path,
            lock: nil,
            reader: nil
        )
        guard case .granted(let grant) = try await ledger.claim(LedgerScene.request("A")) else {
            Issue.record("not granted")
            return
        }
        func set(isReadOnly: Bool) async throws {
            try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = \(isReadOnly ? 1 : 0)") }
        }
        try await set(isReadOnly: true)
        let ending = LedgerScene.ending(grant.claim, version: 1, at: 1)
        for _ in 0..<3 {
            do {
                try await ledger.complete(ending, under: grant.claim)
                Issue.record("written")
            } catch {
                #expect("\(error)".contains("readonly"), "\(error)")
            }
        }
        await #expect(throws: LedgerFailure.self, "readiness sees it") { try await ledger.proveWritable() }
        try await set(isReadOnly: false)
        #expect(try await ledger.orders(withID: "A").first?.state == .inHand)
        try await ledger.complete(ending, under: grant.claim)
        #expect(try await ledger.orders(withID: "A").first?.outcome == .succeeded)
        try await eventually("readiness sees that too") { (try? await ledger.proveWritable()) != nil }
        await ledger.close()
    }

    @Test func `A full disk is said, and the ledger goes on when there is room again`() async throws {
        let folder = try TemporaryFolder()
        let path = folder.file("ledger.db")
        try LedgerFile.create(at: path)
        let queue = try DatabaseQueue(path: path, configuration: LedgerFile.configuration(label: "full"))
        let ledger = SQLiteLedger(
            group: GroupCommit(queue, path: path),
            fences: FenceCounter(epoch: 1),
            predecessorWait: 30,
            path: path,
            lock: nil,
            reader: nil
        )
        try await queue.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages + 4)")
        }
        var claimed = 0
        var failure: LedgerFailure?
        while failure == nil, claimed < 10_000 {
            do {
                _ = try await ledger.claim(LedgerScene.request("\(claimed)", of: "SUB-\(claimed)"))
                claimed += 1
            } catch let error as LedgerFailure {
                failure = error
            }
        }
        guard case .unavailable(let message) = failure else {
            Issue.record("never full")
            return
        }
        #expect(message.contains("full"))
        await #expect(throws: LedgerFailure.self, "readiness sees it") { try await ledger.proveWritable() }
        #expect(try await ledger.statistics().claimed == claimed)
        try await queue.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        _ = try await ledger.claim(LedgerScene.request("\(claimed)", of: "SUB-\(claimed)"))
        #expect(try await ledger.statistics().claimed == claimed + 1)
        try await eventually("readiness sees that too") { (try? await ledger.proveWritable()) != nil }
        await ledger.close()
    }
}
