import Foundation
import OrderFulfilment

extension RetrySchedule {
    /// The design's, unless a test asks for shorter waits: `ORDER_WORKER_TEST_RETRIES=0.3,0.6` are the seconds that a
    /// command is parked after its first and second failed attempt; the third failure is then the last.
    ///
    /// For tests alone, whose patience is shorter than an hour: operators are told nothing of it.
    static func ofProcess(_ environment: [String: String] = ProcessInfo.processInfo.environment) -> RetrySchedule {
        let steps = environment["ORDER_WORKER_TEST_RETRIES"]?.split(separator: ",").compactMap { Double($0) } ?? []
        return steps.isEmpty ? RetrySchedule() : RetrySchedule(parked: steps)
    }
}
