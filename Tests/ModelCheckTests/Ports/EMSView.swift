import SubscriptionLifecycle
import Synchronization

@testable import SentinelEMS

extension AbstractEMS {
    static let address = "/entitlements/externalId=\(Commands.subscription)"

    /// What the tenant holds of the one subscription.
    var held: Entitlement? {
        guard look.status < 300 else { return nil }
        if let read = Self.read.withLock({ $0[look.body] }) { return read }
        guard let held = try? EntitlementReader.read(look.body) else { return nil }
        Self.read.withLock { read in
            if read.count > 1000 { read.removeAll() }
            read[look.body] = held
        }
        return held
    }

    /// What was read before: the same few bodies come again and again.
    private static let read = Mutex<[[UInt8]: Entitlement]>([:])
}

extension Entitlement {
    /// Everything that a command or a person may change, by field, without EMS's own ids.
    var fields: [String: String] {
        var fields = ["state": state.rawValue, "end": text(term.end), "start": text(term.start)]
        fields["orderID"] = orderID
        fields["purchaseOrder"] = purchaseOrder
        for (name, value) in attributes { fields["attribute \(name)"] = value }
        var seen: [String: Int] = [:]
        for line in lineItems {
            let number = seen[line.lineID.description, default: 0]
            seen[line.lineID.description] = number + 1
            let name = "line \(line.lineID)" + (number == 0 ? "" : " (again)")
            fields["\(name) quantity"] = String(line.quantity)
            fields["\(name) state"] = line.state.rawValue
            fields["\(name) end"] = text(line.term.end)
            fields["\(name) start"] = text(line.term.start)
        }
        return fields
    }

    private func text(_ day: LocalDate?) -> String { day.map(\.description) ?? "never" }
}
