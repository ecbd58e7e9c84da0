import AMQP
import ArgumentParser
import OrderFulfilment

/// What a conformance run may touch, beside a worker.
extension OrderTopology {
    /// The exchange that subscribers are fed through; real outcomes don't come that way.
    var conformanceEvents: ExchangeName { ExchangeName("\(prefix).conform.events") }

    /// Whether exchanges and queues of that name belong to the worker.
    func owns(_ name: String) -> Bool {
        (name == prefix || name.hasPrefix("\(prefix).")) && name != conformanceEvents.rawValue
    }

    /// Refuses a name of the worker's own: exit status 64.
    func leavesAlone(_ name: String?, flag: String, because reason: String) throws {
        guard let name, owns(name) else { return }
        throw ValidationError("\(flag) \(name) is one of the worker's own names (\(prefix)…): \(reason)")
    }
}
