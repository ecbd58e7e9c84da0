/// Frames as they go over the wire, in the order in which they were asked for.
///
/// Everything but channel and connection methods goes over channel 1.
package struct FrameWriter: Sendable {
    /// The frames so far, whole ones only.
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// Forgets the frames and keeps the memory, unless it is that of an unusual burst.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: bytes.capacity <= 4 << 20) }

    /// Forgets bytes that have left.
    package mutating func removeFirst(_ count: Int) { bytes.removeFirst(count) }

    // MARK: - Methods

    /// `basic.publish`, mandatory, with its content: `properties` is the encoded flags and list.
    package mutating func publish(
        exchange: ExchangeName,
        routingKey: RoutingKey,
        properties: [UInt8],
        body: [UInt8],
        frameMaximum: Int
    ) {
        method(60, 40) { writer in
            writer.append(UInt16(0))
            writer.append(shortString: exchange.rawValue)
            writer.append(shortString: routingKey.rawValue)
            writer.bytes.append(0b01)
        }
        frame(type: 2) { writer in
            writer.append(UInt16(60))
            writer.append(UInt16(0))
            writer.append(UInt64(body.count))
            writer.bytes += properties
        }
        let portion = max(1, frameMaximum - Self.overhead)
        var start = 0
        while start < body.count {
            let end = min(start + portion, body.count)
            frame(type: 3) { $0.bytes += body[start..<end] }
            start = end
        }
    }

    /// Adds `basic.ack`.
    package mutating func acknowledge(_ tag: UInt64, multiple: Bool) {
        method(60, 80) { writer in
            writer.append(tag)
            writer.bytes.append(multiple ? 1 : 0)
        }
    }

    /// `basic.nack` of one delivery, with requeue.
    package mutating func requeue(_ tag: UInt64) {
        method(60, 120) { writer in
            writer.append(tag)
            writer.bytes.append(0b10)
        }
    }

    /// `basic.qos` for the consumers that follow on the channel.
    package mutating func prefetch(_ prefetch: Prefetch) {
        method(60, 10) { writer in
            writer.append(UInt32(0))
            writer.append(prefetch.count)
            writer.bytes.append(0)
        }
    }

    /// `basic.consume`, to be acknowledged, not exclusive.
    package mutating func consume(_ queue: QueueName, tag: ConsumerTag) {
        method(60, 20) { writer in
            writer.append(UInt16(0))
            writer.append(shortString: queue.rawValue)
            writer.append(shortString: tag.rawValue)
            writer.bytes.append(0)
            writer.append(UInt32(0))
        }
    }

    /// Adds `basic.cancel`.
    package mutating func cancel(_ tag: ConsumerTag) {
        method(60, 30) { writer in
            writer.append(shortString: tag.rawValue)
            writer.bytes.append(0)
        }
    }

    /// `channel.close-ok`: without it the channel's number stays in use.
    package mutating func channelCloseOK() { method(20, 41) { _ in } }

    /// Adds `connection.close-ok`.
    package mutating func connectionCloseOK() { method(10, 51, channel: 0) { _ in } }

    /// A heartbeat.
    package mutating func heartbeat() { frame(type: 8, channel: 0) { _ in } }

    // MARK: - Parts

    /// Type, channel, size and end mark.
    package static let overhead = 8

    private mutating func method(
        _ class: UInt16,
        _ method: UInt16,
        channel: UInt16 = 1,
        _ arguments: (inout FrameWriter) -> Void
    ) {
        frame(type: 1, channel: channel) { writer in
            writer.append(`class`)
            writer.append(method)
            arguments(&writer)
        }
    }

    private mutating func frame(type: UInt8, channel: UInt16 = 1, _ payload: (inout FrameWriter) -> Void) {
        bytes.append(type)
        append(channel)
        append(UInt32(0))
        let start = bytes.count
        payload(&self)
        let size = UInt32(bytes.count - start).bigEndian
        withUnsafeBytes(of: size) { bytes.replaceSubrange(start - 4..<start, with: $0) }
        bytes.append(0xCE)
    }

    private mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.bigEndian) { bytes += $0 }
    }

    /// Whoever calls has checked that it fits; the rest of a longer one is left out.
    private mutating func append(shortString text: String) {
        let utf8 = text.utf8.prefix(255)
        bytes.append(UInt8(utf8.count))
        bytes += utf8
    }
}
