import Foundation
import SubscriptionLifecycle

/// The oracle: `Contracts/lifecycle.json`, and the contract's order of checks, read without the code that decides.
struct PublishedTable {
    private struct Document: Decodable {
        var transitions: [Cell]
    }

    struct Cell: Decodable {
        struct Guarded: Decodable {
            var `guard`: String
            var otherwise: String
        }

        struct Effect: Decodable {
            var to: String?
            var endsWithTerm: Bool?
            var otherwise: String?
            var rejects: String?
        }

        var from: String
        var command: String
        var to: String?
        var rejects: String?
        var guards: [Guarded]?
        var effects: [String: Effect]?
    }

    private let cells: [String: Cell]

    init() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let data = try Data(contentsOf: root.appending(path: "Contracts/lifecycle.json"))
        let document = try JSONDecoder().decode(Document.self, from: data)
        cells = Dictionary(uniqueKeysWithValues: document.transitions.map { ("\($0.from) \($0.command)", $0) })
    }

    /// What must be answered: the first check that hits, or where it leads.
    func answer(
        _ situation: Situation,
        _ form: CommandForm,
        _ troubles: Set<CheckTrouble>,
        _ expectation: Expectation,
        _ patience: Patience
    ) -> String {
        if situation.state == .cancelled { return "subscription-cancelled" }
        if let hit = version(form, expectation, patience) { return hit }
        guard let cell = cells["\(situation.state.rawValue) \(form.column)"] else { return "no such cell" }
        if let code = cell.rejects {
            guard situation.state == .absent else { return code }
            if patience == .left { return "premature" }
            return expectation == .none ? code : "predecessor-timeout"
        }
        for guarded in cell.guards ?? [] where !holds(guarded.guard, situation) { return guarded.otherwise }
        if let effects = cell.effects { return effect(effects[form.effect ?? ""], situation) }
        if let trouble = CheckTrouble.allCases.first(where: troubles.contains) { return form.code(trouble) }
        return "→ \(cell.to ?? "")"
    }

    private func version(_ form: CommandForm, _ expectation: Expectation, _ patience: Patience) -> String? {
        switch expectation {
        case .none, .met: nil
        case .past: "version-mismatch"
        case .ahead where form == .create || form == .startTrial: "version-mismatch"
        case .ahead: patience == .left ? "premature" : "predecessor-timeout"
        }
    }

    private func holds(_ name: String, _ situation: Situation) -> Bool {
        switch name {
        case "not-ending-with-term": !situation.endsWithTerm
        case "within-conversion-window", "within-renewal-grace": situation.isInWindow
        default: false
        }
    }

    private func effect(_ effect: Cell.Effect?, _ situation: Situation) -> String {
        guard let effect else { return "no such effect" }
        if let otherwise = effect.otherwise, !situation.endsWithTerm { return otherwise }
        if let code = effect.rejects { return code }
        return "→ \(effect.to ?? "")" + (effect.endsWithTerm ?? situation.endsWithTerm ? ", ends with term" : "")
    }
}

extension CommandForm {
    fileprivate var column: String {
        switch self {
        case .create: "create"
        case .startTrial: "start-trial"
        case .convert: "convert"
        case .renew, .upsell, .reduce: "renew"
        case .cancelNow, .cancelAtEnd, .withdraw: "cancel"
        }
    }

    fileprivate var effect: String? {
        switch self {
        case .cancelNow: "immediately"
        case .cancelAtEnd: "end-of-term"
        case .withdraw: "withdraw"
        case .create, .startTrial, .convert, .renew, .upsell, .reduce: nil
        }
    }
}
