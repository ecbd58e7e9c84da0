public import OrderFulfilment

/// Intents in memory: as durable as the test.
public actor InMemoryIntentLog: IntentLog {
    /// The intents so far, oldest first.
    public private(set) var intents: [Intent]
    private var failure: LedgerFailure?

    /// A log that has these from earlier.
    public init(_ intents: [Intent] = []) { self.intents = intents }

    /// Lets every later write fail, or none.
    public func fail(with failure: LedgerFailure?) { self.failure = failure }

    /// Adds the intent, or replaces the one of the same id.
    public func write(_ intent: Intent) async throws(LedgerFailure) {
        if let failure { throw failure }
        if let index = intents.firstIndex(where: { $0.id == intent.id }) {
            intents[index] = intent
        } else {
            intents.append(intent)
        }
    }
}
