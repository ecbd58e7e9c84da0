import OrderFulfilment

/// Things that are being brought into being: whoever wants the same one at the same time shares the one attempt.
actor Arrivals {
    private var running: [String: Task<GatewayFailure?, Never>] = [:]

    /// Runs the attempt, or waits for the one that runs and shares its end.
    func once(
        _ name: String,
        _ attempt: @escaping @Sendable () async throws(GatewayFailure) -> Void
    ) async throws(GatewayFailure) {
        let task =
            running[name]
            ?? Task {
                do throws(GatewayFailure) {
                    try await attempt()
                    return nil
                } catch {
                    return error
                }
            }
        running[name] = task
        let failure = await task.value
        if running[name] == task { running[name] = nil }
        if let failure { throw failure }
    }
}
