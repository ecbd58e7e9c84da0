import OrderFulfilment
import SubscriptionLifecycle

/// An intent's effects are `<field>=<value before the call>`, so that its landing can be told from a read.
extension Intent {
    /// The effects of a call that creates the entitlement.
    static let creation = ["emsState="]

    /// The effects of a call that writes these changes, whose bases are what was observed before it.
    static func effects(of changes: [Change]) -> [String] {
        changes.map { "\($0.field)=\(value($0.base))" }
    }

    /// Whether it is about that field.
    func mentions(_ field: Change.Field) -> Bool { before(field) != nil }

    /// The quantity that the field had before it.
    func count(of field: Change.Field) -> Int? { before(field).flatMap { Int($0) } }

    /// Whether it creates the entitlement.
    var creates: Bool { effects == Self.creation }

    /// Whether EMS shows that the call took effect.
    ///
    /// The lines and quantities that make a call unrepeatable tell best; fields that others may write as well tell only
    /// when the call had nothing else.
    func hasLanded(on held: Entitlement?, _ changes: [Change]) -> Bool {
        guard let held else { return false }
        if creates { return true }
        let written = changes.filter { mentions($0.field) }
        let telling = written.filter(\.isUnrepeatable)
        return (telling.isEmpty ? written : telling).contains { change in
            Self.value(held.fact(of: change.field)) != before(change.field)
        }
    }

    private func before(_ field: Change.Field) -> String? {
        let prefix = "\(field)="
        return effects.first { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }

    private static func value(_ fact: Fact?) -> String {
        switch fact {
        case .text(let text): text
        case .count(let count): String(count)
        case .flag(let flag): String(flag)
        case .date(let date): date.description
        case .line: "present"
        case nil: ""
        }
    }
}
