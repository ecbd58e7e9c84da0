import Foundation
import LocalServers
import OrderFulfilment
import OrderMessages
import TestKit
import Testing

@testable import PostgresLedger

/// What is in the database, and what a worker makes of it.
@Suite struct SchemaTests {
    private func failure(_ store: PostgresLedgerStore) async -> LedgerFailure? {
        do {
            await (try await store.worker()).close()
            return nil
        } catch {
            return error as? LedgerFailure
        }
    }

    private func readerFailure(_ url: String) async -> LedgerFailure? {
        do {
            await (try await PostgresLedgerReader.open(url: url)).close()
            return nil
        } catch {
            return error
        }
    }

    @Test func `A ledger from before case files is brought up to date, and an older worker beside it goes on`()
        async throws
    {
        let store = try await PostgresLedgerStore()
        #expect(try await !PostgresLedger.exists(url: store.url))
        let schema = "CREATE SCHEMA IF NOT EXISTS \(store.schema); SET search_path TO \(store.schema);"
        try await store.sql(
            schema + SchemaStep1.script
                + "INSERT INTO ledger (application, version) VALUES ('\(Schema.application)', 1)"
        )
        guard case .incompatible(let message) = await readerFailure(store.url) else {
            throw LedgerScene.Surprise("read")
        }
        #expect(message.contains("older release"))
        #expect(try await PostgresLedger.exists(url: store.url))
        let ledger = try await store.worker()
        #expect(try await store.sql("SELECT version FROM ledger") == [["\(Schema.version)"]])
        guard case .granted(let grant) = try await ledger.claim(LedgerScene.request("1")) else {
            throw LedgerScene.Surprise("not granted")
        }
        var ending = LedgerScene.ending(grant.claim, version: 1, at: 1)
        ending.caseFile = CaseFile(entries: [CaseEntry(.ended, at: LedgerScene.time(1), "succeeded")])
        try await ledger.complete(ending, under: grant.claim)
        try await ledger.announced(grant.claim.identity, round: 1, at: LedgerScene.time(2))
        let file = try await ledger.caseFile(of: grant.claim.identity)
        #expect(file?.announcedAt == LedgerScene.time(2) && file?.entries.count == 1)
        #expect(try await ledger.prune(endedBefore: LedgerScene.time(3), limit: 1) == 1)
        #expect(try await store.sql("SELECT count(*) FROM ledger_case") == [["0"]])
        // What the release before calls is there still.
        let functions = """
            SELECT proname || pronargs FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE n.nspname = current_schema() AND proname IN
                ('ledger_record', 'ledger_complete', 'ledger_park', 'ledger_announced', 'ledger_end_wait') ORDER BY 1
            """
        #expect(
            try await store.sql(functions).compactMap { $0[0] } == [
                "ledger_announced3", "ledger_announced4", "ledger_complete17", "ledger_complete20", "ledger_end_wait11",
                "ledger_end_wait9", "ledger_park16", "ledger_park19", "ledger_record6", "ledger_record9",
            ]
        )
        await store.close()
    }

    @Test func `A worker of the release before does its work on a ledger that was brought up to date`() async throws {
        let store = try await PostgresLedgerStore()
        let ledger = try await store.worker()
        let grant = try await ledger.grant("A")
        let held = "lane, source, id, round, fence"
        /// What a call of the release before answers.
        func call(_ function: String) async throws -> String? {
            try await store.sql("SELECT \(function) FROM ledger_command WHERE id = 'A'").first?.first ?? nil
        }
        #expect(try await call("ledger_record(\(held), '\\x7b7d')") == "t")
        let parked = "ledger_park(owner, 11, \(held), subscription, 'settling', 0, NULL, 5, 'busy', NULL, NULL, NULL)"
        #expect(try await call(parked) == "t")
        #expect(try await call("ledger_end_wait(lane, number, state, fence, 12, 1, false, 'released', NULL)") == "t")
        try await store.sql("UPDATE ledger_decision SET decision = NULL")
        #expect(
            try await ledger.wake(limit: 1, now: LedgerScene.time(2)).map(\.grant.claim.identity) == [
                grant.claim.identity
            ]
        )
        let ended = """
            ledger_complete(owner, 13, \(held), subscription, 'succeeded', NULL, NULL, 6, NULL, NULL, 1, 'paid', false)
            """
        #expect(try await call(ended) == "t")
        #expect(try await call("ledger_announced(source, id, round)") != nil)
        let record = try #require(try await ledger.orders(withID: "A").first)
        #expect(record.state == .ended && record.outcome == .succeeded)
        #expect(try await ledger.caseFile(of: grant.claim.identity)?.entries.isEmpty ?? true)
        await store.close()
    }

    @Test func `Workers that start at the same time make the tables once`() async throws {
        let store = try await PostgresLedgerStore()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 { group.addTask { _ = try await store.worker() } }
            try await group.waitForAll()
        }
        #expect(
            try await store.sql("SELECT application, version FROM ledger") == [["order-worker", "\(Schema.version)"]]
        )
        #expect(try await store.sql("SELECT count(*) FROM ledger_worker") == [["6"]])
        await store.close()
    }

    @Test func `A worker waits for another that is at work on the tables, longer than for any lock`() async throws {
        let store = try await PostgresLedgerStore()
        // Holds the lock until a worker has given up waiting for it, and another of its connections waits.
        let atWork = """
            DO $$ DECLARE
                v_key int := hashtext('\(store.schema)'); v_first int; v_waiting int;
            BEGIN
                PERFORM pg_advisory_xact_lock(\(Schema.lock), v_key);
                LOOP
                    SELECT pid INTO v_waiting FROM pg_locks WHERE NOT granted AND locktype = 'advisory'
                        AND classid = \(Schema.lock) AND objid = (v_key::bigint & 4294967295)::oid;
                    v_first := coalesce(v_first, v_waiting);
                    EXIT WHEN v_waiting <> v_first;
                    PERFORM pg_sleep(0.02);
                END LOOP;
            END $$
            """
        async let other = Administrator.run(atWork, url: store.server.url())
        let held = """
            SELECT count(*) FROM pg_locks WHERE granted AND locktype = 'advisory' AND classid = \(Schema.lock)
                AND objid = (hashtext('\(store.schema)')::bigint & 4294967295)::oid
            """
        try await eventually("the lock is held") {
            try await Administrator.run(held, url: store.server.url()) == [["1"]]
        }
        _ = try await store.worker()
        _ = try await other
        #expect(try await store.sql("SELECT count(*) FROM ledger_worker") == [["1"]])
        await store.close()
    }

    @Test func `A ledger of a newer version is left alone`() async throws {
        let store = try await PostgresLedgerStore()
        await (try await store.worker()).close()
        try await store.sql("UPDATE ledger SET version = version + 1")
        for failure in [await failure(store), await readerFailure(store.url)] {
            guard case .incompatible(let message) = failure else {
                Issue.record("opened")
                continue
            }
            #expect(message.contains("newer"))
        }
    }

    @Test(arguments: ["ledger (id int)", "ledger_command (id int)", "ledger (application text, version int, seed int)"])
    func `Somebody else's tables stay as they are`(_ table: String) async throws {
        let store = try await PostgresLedgerStore()
        try await Administrator.run("CREATE SCHEMA \(store.schema)", url: store.server.url())
        try await store.sql("CREATE TABLE \(table)")
        for failure in [await failure(store), await readerFailure(store.url)] {
            guard case .incompatible(let message) = failure else {
                Issue.record("opened: \(String(describing: failure))")
                continue
            }
            #expect(message.contains("not this program's") && message.contains("search_path"))
        }
        let tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
        #expect(try await store.sql(tables) == [["1"]])
    }

    @Test func `A reader makes nothing`() async throws {
        let store = try await PostgresLedgerStore()
        guard case .unavailable(let message) = await readerFailure(store.url) else {
            Issue.record("opened")
            return
        }
        #expect(message.contains("There is no ledger"))
        #expect(try await store.sql("SELECT current_schema()") == [[nil]])
    }

    @Test func `A user without rights is told which ones are missing`() async throws {
        let store = try await PostgresLedgerStore()
        let user = "u" + store.schema
        try await Administrator.run(
            "CREATE USER \(user); CREATE SCHEMA \(store.schema); GRANT USAGE ON SCHEMA \(store.schema) TO \(user)",
            url: store.server.url()
        )
        let url = store.url.replacing("orders@", with: "\(user)@")
        let poor = try await PostgresLedgerStore { $0.url = url }
        guard case .unavailable(let message) = await failure(poor) else {
            Issue.record("opened")
            return
        }
        #expect(message.contains("CREATE"))
    }

    @Test(arguments: [
        "postgres://orders@127.0.0.1:1/postgres?password=secret", "postgres://orders:secret@[",
        "postgres://x?nonsense=1",
    ])
    func `An address that leads nowhere is told without its password`(_ url: String) async throws {
        let store = try await PostgresLedgerStore { $0.url = url }
        guard case .unavailable(let message) = await failure(store) else {
            Issue.record("opened")
            return
        }
        #expect(!message.contains("secret"))
    }

    @Test func `TLS with a certificate that is checked`() async throws {
        let server = try await PostgresServer.shared()
        func store(_ parameters: String, host: String = "localhost") async throws -> PostgresLedgerStore {
            let schema = "t" + UUID().uuidString.replacing("-", with: "").lowercased()
            let url = server.url(schema: schema, host: host, parameters)
            return try await PostgresLedgerStore { $0.url = url }
        }
        let good = try await store("sslmode=verify-full&sslrootcert=\(server.authority)")
        let ledger = try await good.worker()
        _ = try await ledger.grant("A")
        await good.close()
        let wrongName = try await store("sslmode=verify-full&sslrootcert=\(server.authority)", host: "127.0.0.1")
        let unknown = try await store("sslmode=verify-full&sslrootcert=/nowhere.pem")
        for store in [wrongName, unknown] {
            guard case .unavailable = await failure(store) else {
                Issue.record("opened")
                continue
            }
        }
    }

    @Test func `A command whose row is damaged doesn't keep the others from being woken`() async throws {
        let store = try await PostgresLedgerStore()
        let ledger = try await store.worker()
        for name in ["a", "b"] { try await ledger.release(ledger.grant(name, of: "SUB-\(name)").claim) }
        try await store.sql("UPDATE ledger_message SET content = '\\x00ff' WHERE number = 1")
        let woken = try await ledger.wake(limit: 10, now: LedgerScene.time(10))
        #expect(woken.map(\.grant.claim.identity.id) == ["b"])
        #expect(try await ledger.wake(limit: 10, now: LedgerScene.time(20)).isEmpty)
        #expect(try await ledger.orders(withID: "a").first?.detail?.contains("can't read") == true)
        await store.close()
    }

    @Test func `A text that PostgreSQL can't hold is kept as well as it can be`() async throws {
        let store = try await PostgresLedgerStore()
        let ledger = try await store.worker()
        let grant = try await ledger.grant("A")
        let parking = Parking(wait: .settling, due: LedgerScene.time(9), detail: "EMS said \0 and ' and \\")
        try await ledger.park(parking, under: grant.claim)
        #expect(try await ledger.orders(withID: "A").first?.detail == "EMS said \u{FFFD} and ' and \\")
        await store.close()
    }
}
