public import OrderFulfilment

/// Intents in memory: as durable as the test.
public actor InMemoryIntentLog: IntentLog {
    /// The intents so far, oldest first.
    public private(set) var intents: [Intent]
    private var failure: LedgerFailure?
    private var held: Set<String> = []
    private var lastToken: Int64 = 0

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

    /// Fails when writes do.
    public func confirm() async throws(LedgerFailure) {
        if let failure { throw failure }
    }

    /// Takes a key until it is given back, however long that is.
    public func hold(_ key: String, for seconds: Double) async throws(LedgerFailure) -> KeyAnswer {
        if let failure { throw failure }
        guard held.insert(key).inserted else { return .busy(seconds: seconds) }
        lastToken += 1
        return .held(KeyHold(key: key, token: lastToken))
    }

    /// Gives a key back.
    public func letGo(of hold: KeyHold) async { held.remove(hold.key) }

    /// The keys that nobody has given back.
    public var heldKeys: Set<String> { held }
}
