/// The deliveries of one channel that are not settled, and the shortest way to tell the broker about a batch of them.
///
/// A machine without I/O. It forgets a tag with its settlement, so that a second settlement of the same delivery, which
/// would make the broker close the channel, comes out as nothing to send.
public struct SettlementWindow: Sendable {
    /// A method to send.
    public enum Action: Hashable, Sendable {
        /// `basic.ack`
        case acknowledge(UInt64, multiple: Bool)
        /// `basic.nack` with requeue, of one delivery.
        case requeue(UInt64)
    }

    /// With the time of each delivery.
    private var unsettled: [UInt64: ContinuousClock.Instant] = [:]
    /// The unsettled tags as they were delivered, with settled ones among them until they are swept out.
    private var order: [UInt64] = []
    /// Nothing before it in `order` is unsettled.
    private var head = 0
    private var newest: UInt64 = 0

    /// A window before the first delivery of a channel.
    public init() {}

    /// Deliveries that are not settled.
    public var count: Int { unsettled.count }

    /// When the oldest delivery that is not settled came.
    public var oldestDeliveredAt: ContinuousClock.Instant? {
        order[head...].first { unsettled[$0] != nil }.flatMap { unsettled[$0] }
    }

    /// Notes a delivery; `false` when no broker in its right mind gives this tag: they grow, from 1.
    ///
    /// Gaps are allowed and cost nothing: only what was delivered is ever walked over, whatever the numbers are.
    public mutating func delivered(_ tag: UInt64, at now: ContinuousClock.Instant) -> Bool {
        guard tag > newest else { return false }
        newest = tag
        unsettled[tag] = now
        order.append(tag)
        return true
    }

    /// Settles a batch: requeues singly and in order, acknowledges the settled prefix with one `multiple`, the rest
    /// singly.
    ///
    /// The second value counts settlements of tags that are not, or not any more, unsettled.
    public mutating func settle(_ batch: [(tag: UInt64, settlement: Settlement)]) -> (actions: [Action], unknown: Int) {
        var actions: [Action] = []
        var acknowledged: Set<UInt64> = []
        var unknown = 0
        for (tag, settlement) in batch {
            guard unsettled[tag] != nil, !acknowledged.contains(tag) else {
                unknown += 1
                continue
            }
            switch settlement {
            case .acknowledge:
                acknowledged.insert(tag)
            case .requeue:
                unsettled.removeValue(forKey: tag)
                actions.append(.requeue(tag))
            }
        }
        var prefix: [UInt64] = []
        while head < order.count {
            let oldest = order[head]
            if acknowledged.remove(oldest) != nil {
                unsettled.removeValue(forKey: oldest)
                prefix.append(oldest)
            } else if unsettled[oldest] != nil {
                break
            }
            head += 1
        }
        if let last = prefix.last { actions.append(.acknowledge(last, multiple: prefix.count > 1)) }
        for tag in acknowledged.sorted() {
            unsettled.removeValue(forKey: tag)
            actions.append(.acknowledge(tag, multiple: false))
        }
        sweep()
        return (actions, unknown)
    }

    /// Forgets settled tags once they are the larger part, so that one delivery held for long does not make the rest pile
    /// up behind it.
    private mutating func sweep() {
        guard order.count > 2 * unsettled.count + 64 else { return }
        order = order[head...].filter { unsettled[$0] != nil }
        head = 0
    }
}
