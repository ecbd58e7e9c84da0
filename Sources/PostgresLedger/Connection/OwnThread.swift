import Foundation
import OrderFulfilment

/// Threads for work that waits for the server, so that Swift's own stay free.
enum OwnThread {
    /// Starts a thread that ends with the body.
    static func start(_ name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread(block: body)
        thread.name = name
        thread.start()
    }

    /// Does a piece of work on a thread of its own.
    static func run<Value: Sendable>(
        _ work: @escaping @Sendable () throws(LedgerFailure) -> Value
    ) async throws(LedgerFailure) -> Value {
        try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, LedgerFailure>, Never>) in
            start("ledger-opening") {
                do throws(LedgerFailure) {
                    continuation.resume(returning: .success(try work()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
        }.get()
    }
}
