import OrderFulfilment
import SubscriptionLifecycle

/// What lies between an entitlement and a decision's targets, field by field.
struct Difference: Hashable {
    /// Equal to their targets.
    var applied: [Change] = []
    /// Equal to their bases: to be written.
    ///
    /// Their bases are what was observed, for the intent.
    var pending: [Change] = []
    /// Neither: somebody else's.
    var conflicting: [Change] = []
    /// What the conflicting fields hold, by name.
    var observed: [String: Fact] = [:]
    /// Product keys that a late call has added a second time.
    var surplus: [String] = []

    /// Whether nothing is left to be done.
    var isEmpty: Bool { pending.isEmpty && conflicting.isEmpty && surplus.isEmpty }

    /// Everything that isn't true yet.
    var missing: [Change] { pending + conflicting }

    /// Compares.
    ///
    /// `unkept` are attributes that were written a moment ago: where EMS shows none of them, the tenant doesn't have
    /// them.
    init(_ changes: [Change], on entitlement: Entitlement, intents: [Intent], unkept: Set<String> = []) {
        for change in changes {
            let fact = entitlement.fact(of: change.field)
            if Self.isTrue(change, of: entitlement, fact, unkept) {
                applied.append(change)
            } else if fact == change.base || Self.isOvershoot(change, fact, intents) {
                pending.append(Change(change.field, from: fact, to: change.target))
            } else {
                conflicting.append(change)
                observed[change.field.description] = fact ?? .text("not set")
            }
            surplus += Self.surplus(of: change, entitlement, intents)
        }
    }

    private static func isTrue(_ change: Change, of held: Entitlement, _ fact: Fact?, _ unkept: Set<String>) -> Bool {
        switch change.field {
        case .line(let id):
            guard let draft = change.target?.line else { return fact == change.target }
            return held.line(id)?.isAs(draft) ?? false
        case .attribute(let name): return fact == change.target || (fact == nil && unkept.contains(name))
        case .state, .termStart, .termEnd, .orderID, .purchaseOrder, .lineState, .lineStart, .lineEnd, .lineQuantity:
            return fact == change.target
        }
    }

    /// Whether a quantity that is neither base nor target comes of this command's own deltas, some of which landed late.
    private static func isOvershoot(_ change: Change, _ fact: Fact?, _ intents: [Intent]) -> Bool {
        guard case .lineQuantity = change.field, let base = change.base?.count, let target = change.target?.count,
            let held = fact?.count
        else { return false }
        let deltas = intents.compactMap { $0.count(of: change.field).map { target - $0 } }
        var reachable: Set<Int> = [base]
        for delta in deltas.prefix(10) { reachable.formUnion(reachable.map { $0 + delta }) }
        return reachable.contains(held)
    }

    /// All lines in force of an added line's name but one: the one with activations, or else the first.
    private static func surplus(of change: Change, _ held: Entitlement, _ intents: [Intent]) -> [String] {
        guard case .line(let id) = change.field, intents.contains(where: { $0.mentions(change.field) }) else {
            return []
        }
        let lines = held.enabledLines.filter { $0.lineID == id }
        let kept = lines.first { $0.activated > 0 } ?? lines.first
        return lines.map(\.productKeyID).filter { $0 != kept?.productKeyID }
    }
}

extension Change {
    /// Whether writing it twice has twice the effect.
    var isUnrepeatable: Bool {
        switch field {
        case .line, .lineQuantity: true
        case .state, .termStart, .termEnd, .orderID, .purchaseOrder, .attribute, .lineState, .lineStart, .lineEnd: false
        }
    }
}
