import Foundation
import LocalServers
import OrderFulfilment
import TestKit
import Testing

@testable import PostgresLedger

/// Connections that are cut, servers that die, freeze, or take reads only.
@Suite(.serialized) struct TroubleTests {
    @Test(.timeLimit(.minutes(3)))
    func `Connections cut at random lose nothing and do nothing twice`() async throws {
        let server = try await PostgresServer.dedicated()
        defer { server.letGo() }
        let store = try await PostgresLedgerStore(on: server)
        let ledgers = try await [store.worker(), store.worker()]
        let work = Workload(ledgers, lanes: 12, perLane: 40)
        let cuts = Task {
            var cuts = 0
            while !Task.isCancelled {
                let cut = """
                    SELECT pg_terminate_backend(pid), pg_sleep(0.01) FROM (
                        SELECT pid FROM pg_stat_activity WHERE application_name = 'order-worker'
                        AND pid <> pg_backend_pid() AND query LIKE 'COMMIT%' OR state = 'active' AND query LIKE '%ledger_%'
                        AND pid <> pg_backend_pid() ORDER BY random() LIMIT 1
                    ) victim
                    """
                cuts += (try? await store.sql(cut).count) ?? 0
            }
            return cuts
        }
        try await work.run(within: 120)
        cuts.cancel()
        #expect(await cuts.value > 20)
        try await work.verify(ledgers[0])
        await store.close()
    }

    @Test(.timeLimit(.minutes(3)))
    func `A server that is killed under load and comes back has all that it had answered`() async throws {
        let server = try await PostgresServer.dedicated()
        defer { server.letGo() }
        let store = try await PostgresLedgerStore(on: server) { $0.patience = 1 }
        let ledgers = try await [store.worker(), store.worker()]
        let work = Workload(ledgers, lanes: 20, perLane: 50)
        async let run: Void = work.run(within: 120)
        for part in [4, 2] {
            try await eventually("some have ended", within: .seconds(60)) { work.ended >= work.total / part }
            try await server.kill()
            try await eventually("it shows", within: .seconds(20)) {
                do { try await ledgers[0].proveWritable() } catch { return true }
                return false
            }
            try await server.start()
        }
        try await run
        #expect(work.failures > 0)
        // The connection for questions comes back by itself, perhaps after the others.
        try await eventually("it answers again") { (try? await ledgers[1].statistics()) != nil }
        try await work.verify(ledgers[1])
        try await eventually("all is well") { (try? await ledgers[0].proveWritable()) != nil }
        await store.close()
    }

    @Test(.timeLimit(.minutes(3)))
    func `A server that freezes holds nobody up for long, and nothing of it happens later`() async throws {
        let server = try await PostgresServer.dedicated()
        defer { server.letGo() }
        let store = try await PostgresLedgerStore(on: server) { $0.patience = 1 }
        let ledgers = try await [store.worker(), store.worker()]
        let work = Workload(ledgers, lanes: 10, perLane: 100)
        async let run: Void = work.run(within: 120)
        try await eventually("some have ended", within: .seconds(60)) { work.ended >= 200 }
        try await server.freeze()
        try await eventually("it shows", within: .seconds(30)) {
            do { try await ledgers[0].proveWritable() } catch { return true }
            return false
        }
        let start = ContinuousClock.now
        await #expect(throws: LedgerFailure.self) { try await ledgers[0].proveWritable() }
        #expect(ContinuousClock.now - start < .seconds(5))
        try await server.thaw()
        try await run
        try await work.verify(ledgers[0])
        await store.close()
    }

    @Test(.timeLimit(.minutes(2)))
    func `A server that takes reads only is said at once, and when it takes writes again all goes on`() async throws {
        let server = try await PostgresServer.dedicated()
        defer { server.letGo() }
        let store = try await PostgresLedgerStore(on: server)
        let ledger = try await store.worker()
        let grant = try await ledger.grant("A")
        let mighty = server.url(schema: "public%20-cdefault_transaction_read_only%3Doff")
        func set(_ value: String) async throws {
            try await Administrator.run("ALTER SYSTEM SET default_transaction_read_only = \(value)", url: mighty)
            try await Administrator.run("SELECT pg_reload_conf()", url: mighty)
        }
        try await set("on")
        // A connection may hear of it a moment later, and a command that is known already is only looked at.
        try await eventually("it shows") {
            do { _ = try await ledger.claim(LedgerScene.request(UUID().uuidString)) } catch {
                return "\(error)".contains("reads only")
            }
            return false
        }
        await #expect(throws: LedgerFailure.self) { try await ledger.proveWritable() }
        #expect(try await ledger.orders(withID: "A").first?.state == .inHand)
        guard case .unavailable(let message) = await failureOfOpening(store) else {
            Issue.record("opened")
            return
        }
        #expect(message.contains("reads only"))
        try await set("off")
        try await eventually("it goes on") { (try? await ledger.proveWritable()) != nil }
        // So may the other connection.
        let ending = LedgerScene.ending(grant.claim, version: 1, at: 1)
        try await eventually("it ends") { (try? await ledger.complete(ending, under: grant.claim)) != nil }
        try await eventually("others begin") { (try? await ledger.claim(LedgerScene.request("B"))) != nil }
        await store.close()
    }

    @Test(.timeLimit(.minutes(2)))
    func `A server without room on its disk is said at once, loses nothing, and all goes on when there is some`()
        async throws
    {
        let server = try await PostgresServer.dedicated()
        defer { server.letGo() }
        let store = try await PostgresLedgerStore(on: server)
        let ledger = try await store.worker()
        let grant = try await ledger.grant("A")
        // What the server says when a file can't grow, for every write to the tables of commands.
        try await store.sql(
            """
            CREATE FUNCTION disk_is_full() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION 'could not extend file "base/5/1": No space left on device' USING ERRCODE = '53100';
            END
            $$;
            CREATE TRIGGER full_command BEFORE INSERT OR UPDATE ON ledger_command
                FOR EACH STATEMENT EXECUTE FUNCTION disk_is_full();
            CREATE TRIGGER full_message BEFORE INSERT OR UPDATE ON ledger_message
                FOR EACH STATEMENT EXECUTE FUNCTION disk_is_full();
            """
        )
        for id in ["B", "C"] {
            do {
                _ = try await ledger.claim(LedgerScene.request(id, of: "SUB-\(id)"))
                Issue.record("written")
            } catch {
                #expect("\(error)".contains("No space left"), "\(error)")
            }
        }
        let ending = LedgerScene.ending(grant.claim, version: 1, at: 1)
        await #expect(throws: LedgerFailure.self) { try await ledger.complete(ending, under: grant.claim) }
        await #expect(throws: LedgerFailure.self, "readiness sees it") { try await ledger.proveWritable() }
        #expect(try await ledger.orders(withID: "A").first?.state == .inHand)
        #expect(try await ledger.orders(withID: "B").isEmpty)
        try await store.sql(
            "DROP TRIGGER full_command ON ledger_command; DROP TRIGGER full_message ON ledger_message"
        )
        try await ledger.complete(ending, under: grant.claim)
        guard case .granted = try await ledger.claim(LedgerScene.request("B", of: "SUB-B")) else {
            Issue.record("not granted")
            return
        }
        try await eventually("readiness sees that too") { (try? await ledger.proveWritable()) != nil }
        await store.close()
    }

    private func failureOfOpening(_ store: PostgresLedgerStore) async -> LedgerFailure? {
        do { _ = try await store.worker() } catch { return error as? LedgerFailure }
        return nil
    }

    @Test func `A closed ledger says so, and closing twice is nothing`() async throws {
        let store = try await PostgresLedgerStore()
        let ledger = try await store.worker()
        await ledger.close()
        await ledger.close()
        await #expect(throws: LedgerFailure.self) { try await ledger.claim(LedgerScene.request("A")) }
    }
}
