import Foundation
import LedgerStorage
import OrderFulfilment

/// How a command waits, as an operator's release needs to know it: a row of `ledger_wait`.
struct CommandWait: Sendable {
    var number: Int64
    var state: OrderRecord.State
    var lane: Int64
    var fence: Int64
    var hasDecision: Bool
    var intents: [Intent]
    /// This very release has ended its wait before.
    var isDone: Bool

    init(_ row: AnswerRow) throws {
        guard let state = OrderRecord.State(rawValue: try row.text(1)) else { throw ByteReader.Damage() }
        number = try row.integer(0)
        self.state = state
        lane = try row.integer(3)
        fence = try row.integer(4)
        hasDecision = try row.flag(5)
        intents = try StoredJSON.intents(row.bytes(6).map { Data($0) })
        isDone = try row.flag(7)
    }

    /// What becomes of unanswered calls; `nil` when they stay as they are.
    func settledIntents(_ resolution: Resolution) throws -> [UInt8]? {
        let fate: Intent.Fate? =
            switch resolution {
            case .applied: .answered
            case .notApplied: .notApplied
            case .retryNow: nil
            }
        guard let fate, intents.contains(where: { $0.fate == .open }) else { return nil }
        let settled = intents.map { intent in
            var intent = intent
            if intent.fate == .open { intent.fate = fate }
            return intent
        }
        return [UInt8](try StoredJSON.bytes(of: settled))
    }
}
