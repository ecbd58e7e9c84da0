import Dispatch
import OrderFulfilment

/// Does work that waits for the disk on a thread that nobody else needs, so that Swift's own threads stay free.
func onOwnThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws(LedgerFailure) -> Value
) async throws(LedgerFailure) -> Value {
    try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, LedgerFailure>, Never>) in
        DispatchQueue(label: "ledger-file").async {
            do throws(LedgerFailure) {
                continuation.resume(returning: .success(try work()))
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
    }.get()
}
