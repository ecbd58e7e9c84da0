import Foundation
import LocalServers
import OrderFulfilment
import TestKit
import Testing

@testable import PostgresLedger

/// An address with several servers, of which some say nothing.
@Suite struct SeveralHostsTests {
    @Test(arguments: [
        ("host=a,b,c port=1,2,3", 1, "host=b,c,a port=2,3,1"),
        ("host=a,b,c port=1,2,3", 3, "host=a,b,c port=1,2,3"),
        ("user=u host=a,b port=5 dbname=x,y", 1, "user=u host=b,a port=5 dbname=x,y"),
        ("hostaddr=1,2 host=a,b port=,7", 1, "hostaddr=2,1 host=b,a port=7,"),
        // libpq refuses lists of different lengths, and says so best about what was given.
        ("host=a,b port=1,2,3", 1, "host=b,a port=1,2,3"),
        ("host=a port=5", 1, "host=a port=5"), ("dbname=x", 1, "dbname=x"),
    ])
    func `Each turn begins with the next server, and all else stays as it is`(
        given: String,
        index: Int,
        expected: String
    ) {
        let values = given.split(separator: " ").map { word in
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return (name: parts[0], value: parts[1])
        }
        let turned = ServerList(values).beginning(with: index)
        #expect(turned.values.map { "\($0.name)=\($0.value)" }.joined(separator: " ") == expected)
    }

    @Test(arguments: [("host=a,b,c", 3), ("hostaddr=1,2", 2), ("host=a", 1), ("dbname=x,y", 1)])
    func `Servers are counted as libpq counts them`(given: String, count: Int) throws {
        #expect(try ConnectionParameters(url: given).servers.count == count)
    }

    @Test(.timeLimit(.minutes(2)))
    func `Behind a server that says nothing the one that answers is found, when opening and after a loss`() async throws
    {
        let server = try await PostgresServer.shared()
        let store = try await PostgresLedgerStore(on: server)
        let silent = try SilentHost()
        // A name of its own tells its sessions from those of other tests.
        let name = "application_name=\(store.schema)"
        let url = server.url(schema: store.schema, host: "127.0.0.1:\(silent.port),127.0.0.1", name)
        let settings = PostgresLedger.Settings(
            url: url,
            workerName: "worker",
            lease: LeaseTerms(settles: 90),
            predecessorWait: 60,
            startPatience: 0
        )
        let ledger = try await PostgresLedger.open(
            settings,
            now: LedgerScene.time(0),
            logger: PostgresLedgerStore.quiet
        )
        let sessions = "FROM pg_stat_activity WHERE application_name = '\(store.schema)'"
        @Sendable func pids() async throws -> Set<String?> {
            Set(try await store.sql("SELECT pid \(sessions)").flatMap(\.self))
        }
        func answers(beside old: Set<String?>) async throws {
            try await eventually("three new connections, and each answers") {
                let found = try await pids()
                guard found.count == 3, found.isDisjoint(with: old) else { return false }
                guard (try? await ledger.proveWritable()) != nil else { return false }
                return (try? await ledger.statistics()) != nil
            }
        }
        try await answers(beside: [])
        let before = try await pids()
        try await store.sql("SELECT pg_terminate_backend(pid) \(sessions)")
        try await answers(beside: before)
        await ledger.close()

        let operators = try await PostgresOperatorLedger.open(url: url)
        #expect(try await operators.pauses().isEmpty)
        await operators.close()
    }
}
