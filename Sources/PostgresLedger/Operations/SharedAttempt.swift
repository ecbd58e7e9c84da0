import OrderFulfilment
import Synchronization

/// Something that is done once for everybody who asks for it at the same time.
final class SharedAttempt: Sendable {
    private typealias Attempt = Task<Result<Void, LedgerFailure>, Never>

    private let underWay = Mutex<(key: Int64, attempt: Attempt)?>(nil)

    /// Does it, or waits for whoever does it for the same key; all hear the same.
    func run(
        _ key: Int64,
        _ body: @escaping @Sendable () async throws(LedgerFailure) -> Void
    ) async throws(LedgerFailure) {
        let attempt = underWay.withLock { underWay in
            if let underWay, underWay.key == key { return underWay.attempt }
            // Detached: it must not carry what belongs to the command that happened to be first.
            let attempt = Attempt.detached { [self] in
                let result: Result<Void, LedgerFailure>
                do throws(LedgerFailure) {
                    result = .success(try await body())
                } catch {
                    result = .failure(error)
                }
                end(key)
                return result
            }
            underWay = (key, attempt)
            return attempt
        }
        try await attempt.value.get()
    }

    private func end(_ key: Int64) {
        underWay.withLock { underWay in
            if underWay?.key == key { underWay = nil }
        }
    }
}
