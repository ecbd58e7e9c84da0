/// Hears from other workers on the same ledger that something is due.
struct Listening: Sendable {
    /// One channel for all; the payload says of which schema, and from which worker.
    static let channel = "order_ledger"

    let schema: String
    let lease: WorkerLease
    let sink: AsyncStream<Void>.Continuation

    /// What this worker has said itself is no news to it.
    func heard(_ payload: String) {
        guard payload.hasPrefix(schema + " "), payload != "\(schema) \(lease.number)" else { return }
        sink.yield()
    }
}
