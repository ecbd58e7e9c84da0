import AMQP
import CRabbitMQ

extension BrokerConnection {
    /// What the broker said it is when the connection began.
    var product: BrokerProduct? {
        guard let properties = amqp_get_server_properties(state)?.pointee, let entries = properties.entries else {
            return nil
        }
        var texts: [String: String] = [:]
        for index in 0..<Int(properties.num_entries) where entries[index].value.kind == UInt8(ascii: "S") {
            texts[String(entries[index].key)] = String(entries[index].value.value.bytes)
        }
        guard let name = texts["product"], let version = texts["version"] else { return nil }
        return BrokerProduct(name: name, version: version)
    }
}
