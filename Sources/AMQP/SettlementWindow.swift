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
    /// No tag below it is unsettled.
    private var oldest: UInt64 = 1
    private var newest: UInt64 = 0

    /// A window before the first delivery of a channel.
    public init() {}

    /// Deliveries that are not settled.
    public var count: Int { unsettled.count }

    /// When the oldest delivery that is not settled came.
    public var oldestDeliveredAt: ContinuousClock.Instant? { unsettled[oldest] }

    /// Notes a delivery.
    public mutating func delivered(_ tag: UInt64, at now: ContinuousClock.Instant) {
        unsettled[tag] = now
        newest = max(newest, tag)
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
        while oldest <= newest {
            if acknowledged.remove(oldest) != nil {
                unsettled.removeValue(forKey: oldest)
                prefix.append(oldest)
            } else if unsettled[oldest] != nil {
                break
            }
            oldest += 1
        }
        if let last = prefix.last { actions.append(.acknowledge(last, multiple: prefix.count > 1)) }
        for tag in acknowledged.sorted() {
            unsettled.removeValue(forKey: tag)
            actions.append(.acknowledge(tag, multiple: false))
        }
        return (actions, unknown)
    }
}
