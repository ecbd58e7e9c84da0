import AMQP

@testable import RabbitMQ

/// What must hold for any sequence of frames, settlements and publishings; the bytes say which.
///
/// Shared by the fuzzer and the replay of its corpus, so it knows nothing of tests.
struct FrameOracle {
    /// What is wrong with how the bytes were taken; `nil` when nothing is.
    static func complaint(about bytes: [UInt8]) -> String? {
        var oracle = FrameOracle(rest: bytes[...])
        while !oracle.rest.isEmpty {
            if let complaint = oracle.step() { return complaint }
        }
        return oracle.lose()
    }

    private static let limits = ContentLimits(headerBytes: 64, headerDepth: 4, headerCount: 8, bodyBytes: 24)

    private var rest: ArraySlice<UInt8>
    private var assembler = MessageAssembler(limits: limits)
    private var deliveries = SettlementWindow()
    private var publishings = ConfirmWindow()

    // What the broker would know.
    private var announced: UInt64 = 0
    private var body: [UInt8] = []
    private var unsettled: Set<UInt64> = []
    private var newest: UInt64 = 0
    private var open: Set<UInt64> = []
    private var published: [Publishing] = []

    private mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    private mutating func bytes() -> [UInt8] {
        let taken = rest.prefix(Int(byte() & 63))
        rest = rest.dropFirst(taken.count)
        return Array(taken)
    }

    /// Small numbers mostly, and those at the ends.
    private mutating func number() -> UInt64 {
        let byte = byte()
        return byte < 0xF0 ? UInt64(byte) : UInt64.max - UInt64(0xFF - byte) << (byte & 1 == 0 ? 0 : 32)
    }

    /// A tag that is likely to make sense: one that is unsettled, or the next.
    private mutating func tag() -> UInt64 {
        let byte = byte()
        guard byte < 0xE0 else { return number() }
        guard byte >= 0x40, !unsettled.isEmpty else { return newest &+ 1 &+ UInt64(byte & 3) }
        let known = unsettled.sorted()
        return known[Int(byte) % known.count]
    }

    private mutating func step() -> String? {
        switch byte() % 13 {
        case 0:
            let (tag, redelivered) = (number(), byte() & 1 == 1)
            return take(.deliver(consumer: "c", tag: tag, isRedelivered: redelivered, exchange: "e", routingKey: "k"))
        case 1: return take(.returned(code: 312, text: "", exchange: "e", routingKey: "k"))
        case 2:
            let (size, properties) = (number(), bytes())
            (announced, body) = (size, [])
            return take(.header(bodySize: size, properties: properties.isEmpty ? [0, 0] : properties))
        case 3:
            let bytes = bytes()
            body += bytes
            return take(.body(bytes))
        case 4: return take(.unblocked)
        case 5: return settle()
        case 6: return publish()
        case 7, 8:
            let (sequence, multiple, isAck) = (number(), byte() & 1 == 1, byte() & 1 == 1)
            let answers =
                isAck
                ? publishings.acknowledged(sequence, multiple: multiple)
                : publishings.refused(sequence, multiple: multiple)
            return answered(answers)
        // Whole messages, so that there is soon something to settle.
        case 9, 10:
            (announced, body) = (0, [])
            return take(.deliver(consumer: "c", tag: tag(), isRedelivered: false, exchange: "e", routingKey: "k"))
                ?? take(.header(bodySize: 0, properties: [0, 0]))
        case 11:
            (announced, body) = (0, [])
            return take(.returned(code: 312, text: "", exchange: "e", routingKey: "k"))
                ?? take(.header(bodySize: 0, properties: [0, 0]))
        default: return byte() == 0 ? lose() : nil
        }
    }

    private mutating func take(_ frame: InboundFrame) -> String? {
        let arrival: MessageAssembler.Arrival?
        do throws(BrokerFailure) { arrival = try assembler.take(frame) } catch { return lose() }
        switch arrival {
        case nil: return nil
        case .delivery(_, let tag, _, let message):
            if let complaint = complaint(about: message) { return complaint }
            guard deliveries.delivered(tag, at: .now) else { return tag > newest ? "tag \(tag) was refused" : lose() }
            guard tag > newest else { return "tag \(tag) was taken after \(newest)" }
            newest = tag
            unsettled.insert(tag)
            return deliveries.count == unsettled.count ? nil : "\(deliveries.count) of \(unsettled.count) are unsettled"
        case .returned(let code, let text, let message):
            return complaint(about: message) ?? answered(publishings.returned(message, code: code, text: text))
        }
    }

    private func complaint(about message: Message) -> String? {
        guard let omitted = message.omittedBody else {
            return message.body == body && UInt64(body.count) == announced && announced <= Self.limits.bodyBytes
                ? nil : "the body is not what was sent"
        }
        return omitted.byteCount == announced && announced > Self.limits.bodyBytes && message.body.isEmpty
            && UInt64(body.count) == announced ? nil : "the omitted body is not what was sent"
    }

    private mutating func settle() -> String? {
        let batch = (0..<Int(byte() & 7)).map { _ in
            let tag = tag()
            return (tag: tag, settlement: byte() & 3 == 0 ? Settlement.requeue : .acknowledge)
        }
        let (actions, unknown) = deliveries.settle(batch)
        var left = unsettled
        for action in actions {
            switch action {
            case .requeue(let tag), .acknowledge(let tag, multiple: false):
                guard left.remove(tag) != nil else { return "\(action) of what is not unsettled" }
            case .acknowledge(let tag, multiple: true):
                // As the broker counts: everything up to the tag.
                left = left.filter { $0 > tag }
            }
        }
        let settled = Set(batch.map(\.tag)).intersection(unsettled)
        guard left == unsettled.subtracting(settled) else { return "\(actions) settle something else than \(batch)" }
        guard unknown == batch.count - settled.count else { return "\(unknown) of \(batch) are said to be unknown" }
        unsettled = left
        return deliveries.count == left.count ? nil : "\(deliveries.count) of \(left.count) are unsettled"
    }

    private mutating func publish() -> String? {
        let publishing = Publishing(exchange: "e", routingKey: "k", properties: Properties(), body: bytes())
        published.append(publishing)
        let sequence = publishings.published(publishing, at: .now)
        guard sequence == UInt64(published.count) else { return "publishing \(published.count) became \(sequence)" }
        open.insert(sequence)
        return publishings.count == open.count ? nil : "\(publishings.count) of \(open.count) are open"
    }

    private mutating func answered(_ actions: [ConfirmWindow.Action]) -> String? {
        for action in actions {
            switch action {
            case .confirmed(let sequence), .refused(let sequence), .returned(let sequence, _, _),
                .unknown(let sequence, _):
                guard open.remove(sequence) != nil else { return "\(action) of what is not open" }
            case .violation: return actions.count == 1 ? lose() : "a violation among answers"
            }
        }
        return publishings.count == open.count ? nil : "\(publishings.count) of \(open.count) are open"
    }

    /// The connection is given up: every publishing has its answer, and everything begins anew.
    private mutating func lose() -> String? {
        let complaint = answered(publishings.lost(reason: "lost"))
        guard complaint == nil, open.isEmpty else { return complaint ?? "\(open) have no answer" }
        self = FrameOracle(rest: rest)
        return nil
    }
}
