import OrderFulfilment
import SubscriptionLifecycle

/// The number of the lock that whoever changes a subscription's lane holds at the server.
///
/// Every release must find the same number for a name: FNV-1a, 64 bits. Two names with one number only wait for each
/// other.
struct LaneLock: Sendable {
    /// The ledger's own number, so that two ledgers of one database don't share locks.
    let seed: Int64

    func number(_ subscription: SubscriptionID) -> Int64 { number(subscription.description) }

    func number(_ subscription: String) -> Int64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in subscription.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        return Int64(bitPattern: hash) ^ seed
    }
}
