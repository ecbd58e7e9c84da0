import Foundation
import PostgresLedger

extension LeaseTerms {
    /// Half a minute to begin a write, unless a test asks for less: `ORDER_WORKER_TEST_LEASE=5` are seconds.
    ///
    /// For tests alone, which freeze workers past their lease: operators are told nothing of it.
    static func ofProcess(
        settles: Double,
        _ environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> LeaseTerms {
        environment["ORDER_WORKER_TEST_LEASE"].flatMap(Double.init).map { LeaseTerms(begins: $0, settles: settles) }
            ?? LeaseTerms(settles: settles)
    }
}
