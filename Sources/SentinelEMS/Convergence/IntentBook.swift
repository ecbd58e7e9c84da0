import Foundation
import OrderFulfilment

/// One command's intents during one `apply`: what the log had at its begin, and what has become of each since.
struct IntentBook {
    let log: any IntentLog
    private(set) var intents: [Intent]
    /// Fates that the log doesn't know yet.
    ///
    /// They may stay unknown unless another call follows: an intent that is still open when a worker resumes is only
    /// looked at once more.
    private var unwritten: Set<String> = []

    init(_ log: any IntentLog) async {
        self.log = log
        intents = await log.intents
    }

    /// Those whose answer is not known.
    var open: [Intent] { intents.filter { $0.fate == .open } }

    /// Notes what became of a call.
    mutating func close(_ intent: Intent, _ fate: Intent.Fate) {
        guard let index = intents.firstIndex(where: { $0.id == intent.id }) else { return }
        intents[index].fate = fate
        unwritten.insert(intent.id)
    }

    /// Makes an intent durable, after the fates of those before it.
    mutating func write(
        _ kind: String,
        call: EMSCall,
        effects: [String],
        deadline: Date
    ) async throws(LedgerFailure) -> Intent {
        let count = intents.filter { $0.id == kind || $0.id.hasPrefix(kind + "#") }.count
        let intent = Intent(
            id: count == 0 ? kind : "\(kind)#\(count + 1)",
            call: call.title,
            effects: effects,
            deadline: deadline
        )
        try await flush()
        try await log.write(intent)
        intents.append(intent)
        return intent
    }

    /// Makes the fates durable.
    mutating func flush() async throws(LedgerFailure) {
        for intent in intents where unwritten.contains(intent.id) {
            try await log.write(intent)
            unwritten.remove(intent.id)
        }
    }
}
