public import Foundation

/// A call that must not be repeated, written down before it is made.
public struct Intent: Hashable, Sendable, Codable {
    /// What became of the call.
    public enum Fate: String, Hashable, Sendable, Codable {
        /// Made, or about to be; no answer is known.
        case open
        /// Answered; whether it took effect shows in what EMS holds.
        case answered
        /// No answer, and after the settling time EMS shows that it didn't land.
        case notApplied = "not-applied"
    }

    /// Unique within the command: `create`, `patch#2`.
    public var id: String
    /// The call, for operators: `POST /entitlements`.
    public var call: String
    /// What it would change, so that its landing can be told: the fields with the values they had before it.
    public var effects: [String]
    /// Until when an answer is awaited; it may land until then plus the settling time.
    public var deadline: Date
    /// What became of it.
    public var fate: Fate

    /// An intent, open.
    public init(id: String, call: String, effects: [String], deadline: Date, fate: Fate = .open) {
        self.id = id
        self.call = call
        self.effects = effects
        self.deadline = deadline
        self.fate = fate
    }
}

/// Where one command's intents are kept: the ledger, seen from the gateway.
public protocol IntentLog: Sendable {
    /// The command's intents so far, oldest first, those of earlier processes included.
    var intents: [Intent] { get async }

    /// Makes the intent durable (adds it, or replaces the one of the same id). Only then may the call be made.
    func write(_ intent: Intent) async throws(LedgerFailure)

    /// Throws when the command is another worker's by now: a write without an intent must not begin.
    func confirm() async throws(LedgerFailure)

    /// Takes the key of something that other commands may want to bring into being too, unless somebody has it.
    func hold(_ key: String, for seconds: Double) async throws(LedgerFailure) -> KeyAnswer

    /// What the key stands for is there, or certainly not: others may have it.
    func letGo(of hold: KeyHold) async
}
