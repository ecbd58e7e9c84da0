import AMQP
import CoreMetrics
import DequeModule
import Logging

/// The publishing connection: one channel in confirm mode, many publishings on their way at once.
struct PublisherRole: ConnectionRole {
    enum Command: Sendable {
        case publish(Publishing, PublishingAnswer)
        case close(CheckedContinuation<Void, Never>)
        /// Nobody holds the publisher any more.
        case abandon
    }

    private struct Waiting {
        var publishing: Publishing
        var answer: PublishingAnswer
    }

    let configuration: RabbitMQConfiguration
    let topology: Topology
    let board: StatusBoard<PublisherStatus>
    let room: PublishingRoom
    let logger: Logger
    let counters = PublisherCounters()
    private var gauges = PublisherGauges()

    private var assembler: MessageAssembler
    private var window = ConfirmWindow()
    /// Who waits for the answer to each sequence number.
    private var answers: [UInt64: PublishingAnswer] = [:]
    /// Everything sent before it has been answered, be it only for lack of time.
    private var oldestUnanswered: UInt64 = 1
    private var newestSent: UInt64 = 0
    /// Not sent yet, in order.
    private var waiting: Deque<Waiting> = []
    private var frameMaximum = 0
    private var blocked: String?
    private var unblockedAt: ContinuousClock.Instant?
    private var trouble = "not connected yet"
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []
    private(set) var endRequested = false

    /// Sent before frames are read again: the broker's answers must not pile up behind our own bytes.
    private static let publishingsPerTurn = 128
    /// Likewise; it also keeps the turn short for the watchdog and for heartbeats on a slow line.
    private static let bytesPerTurn = 1 << 20

    init(
        configuration: RabbitMQConfiguration,
        topology: Topology,
        board: StatusBoard<PublisherStatus>,
        room: PublishingRoom,
        logger: Logger
    ) {
        self.configuration = configuration
        self.topology = topology
        self.board = board
        self.room = room
        self.logger = logger
        assembler = Self.assembler()
    }

    /// Returns are our own messages: they are kept whole, to be recognised.
    private static func assembler() -> MessageAssembler { MessageAssembler(limits: ContentLimits(bodyBytes: .max)) }

    var isDrained: Bool { answers.isEmpty && waiting.isEmpty }

    var nextDeadline: ContinuousClock.Instant? {
        [
            distrustAt, answers[oldestUnanswered]?.deadline, waiting.first?.answer.deadline, room.nextDeadline,
        ].compactMap { $0 }.min()
    }

    /// When a missing confirm means that the channel is stuck.
    ///
    /// Never while the broker blocks: then it is known why, and a fresh connection would be blocked just as well.
    private var distrustAt: ContinuousClock.Instant? { silentSince.map { $0 + configuration.confirmTimeout } }

    /// Since when the broker could have confirmed the oldest publishing.
    private var silentSince: ContinuousClock.Instant? {
        blocked == nil ? window.oldestPublishedAt.map { max($0, unblockedAt ?? $0) } : nil
    }

    mutating func take(_ command: Command) {
        switch command {
        case .publish(let publishing, let answer):
            waiting.append(Waiting(publishing: publishing, answer: answer))
        case .close(let waiter):
            closeWaiters.append(waiter)
            endRequested = true
        case .abandon:
            endRequested = true
        }
    }
}

// MARK: - The life of one connection

extension PublisherRole {
    var preparation: ConnectionAttempt.Prepare {
        { [topology] connection throws(BrokerFailure) in
            try connection.declare(topology)
            try connection.selectConfirms()
        }
    }

    mutating func establish(on connection: borrowing BrokerConnection, epoch: UInt64) throws(BrokerFailure) {
        frameMaximum = connection.frameMaximum
        assembler = Self.assembler()
        window = ConfirmWindow()
        (oldestUnanswered, newestSent) = (1, 0)
        (blocked, unblockedAt) = (nil, nil)
        counters.connections.increment()
        board.update { $0 = PublisherStatus(canConfirm: true) }
    }

    mutating func drain(on connection: borrowing BrokerConnection) throws(BrokerFailure) {}

    mutating func write(to connection: borrowing BrokerConnection) throws(BrokerFailure) -> Bool {
        guard blocked == nil, !waiting.isEmpty else { return false }
        var room = min(Self.publishingsPerTurn, configuration.maximumUnconfirmed - window.count)
        guard room > 0 else { return false }
        connection.cork(true)
        defer { connection.cork(false) }
        var bytes = 0
        while room > 0, bytes < Self.bytesPerTurn, let next = waiting.popFirst() {
            let encoded: EncodedPublishing
            do throws(PublishFailure) {
                encoded = try EncodedPublishing(next.publishing, frameMaximum: frameMaximum)
            } catch {
                next.answer.resume(returning: .failure(error))
                continue
            }
            let sequence = window.published(next.publishing, at: .now)
            answers[sequence] = next.answer
            newestSent = sequence
            counters.published.increment()
            try connection.publish(encoded)
            room -= 1
            bytes += next.publishing.body.count
        }
        let unconfirmed = window.count
        board.update { $0.unconfirmed = unconfirmed }
        return !waiting.isEmpty && window.count < configuration.maximumUnconfirmed
    }

    mutating func receive(_ frame: InboundFrame, on connection: borrowing BrokerConnection) throws(BrokerFailure) {
        switch frame {
        case .acknowledge(let sequence, let multiple):
            try perform(window.acknowledged(sequence, multiple: multiple))
        case .refuse(let sequence, let multiple):
            try perform(window.refused(sequence, multiple: multiple))
        case .deliver, .returned, .header, .body:
            if case .returned(let code, let text, let message) = try assembler.take(frame) {
                try perform(window.returned(message, code: code, text: text))
            }
        case .blocked(let reason):
            blocked = reason
            logger.warning("RabbitMQ blocks publishing", metadata: ["reason": "\(reason)"])
            board.update { status in
                status.blocked = reason
                status.canConfirm = false
                status.trouble = "RabbitMQ blocks publishing: \(reason)"
            }
        case .unblocked:
            blocked = nil
            unblockedAt = .now
            logger.info("RabbitMQ takes publishings again")
            board.update { status in
                status.blocked = nil
                status.canConfirm = true
                status.trouble = nil
            }
        case .consuming, .cancelled, .cancelledByBroker, .channelClosed, .connectionClosed, .other:
            return
        }
    }

    private mutating func perform(_ actions: [ConfirmWindow.Action]) throws(BrokerFailure) {
        for action in actions {
            switch action {
            case .confirmed(let sequence):
                counters.confirmed.increment()
                answer(sequence, .success(()))
            case .refused(let sequence):
                counters.refused.increment()
                answer(sequence, .failure(.refused))
            case .returned(let sequence, let code, let text):
                counters.returned.increment()
                answer(sequence, .failure(.unroutable(code: code, text: text)))
            case .unknown(let sequence, let reason):
                counters.unknown.increment()
                answer(sequence, .failure(.unknown(reason)))
            case .violation(let what):
                throw .lost(what)
            }
        }
        let unconfirmed = window.count
        board.update { $0.unconfirmed = unconfirmed }
    }

    private mutating func answer(_ sequence: UInt64, _ result: Result<Void, PublishFailure>) {
        answers.removeValue(forKey: sequence)?.resume(returning: result)
    }

    mutating func checkDeadlines(now: ContinuousClock.Instant) throws(BrokerFailure) {
        while let first = waiting.first, now >= first.answer.deadline {
            waiting.removeFirst()
            counters.unknown.increment()
            first.answer.resume(returning: .failure(.unknown("not sent within the confirm timeout: \(obstacle)")))
        }
        counters.unknown.increment(by: room.expire(now: now, reason: obstacle))
        // Sent long enough ago for an answer.
        let isStuck = silentSince.map { now >= $0 + configuration.confirmTimeout / 2 } == true
        // Whoever published gets an answer in time; a confirm that comes later finds nobody.
        while oldestUnanswered <= newestSent {
            if let answer = answers[oldestUnanswered] {
                guard now >= answer.deadline else { break }
                // Everything on the channel is in doubt then, and a fresh connection begins anew.
                if isStuck { throw noConfirm }
                counters.unknown.increment()
                self.answer(oldestUnanswered, .failure(.unknown("no confirm within the confirm timeout: \(obstacle)")))
            }
            oldestUnanswered += 1
        }
        if let distrustAt, now >= distrustAt { throw noConfirm }
    }

    private var noConfirm: BrokerFailure { .timedOut("no confirm within \(configuration.confirmTimeout)") }

    private var obstacle: String {
        blocked.map { "RabbitMQ blocks publishing: \($0)" }
            ?? (frameMaximum == 0 ? trouble : "the broker confirms too slowly")
    }

    mutating func turned(now: ContinuousClock.Instant) {
        board.turned(now: now)
        let room = room
        gauges.record(
            now: now,
            unconfirmed: window.count,
            held: room.count,
            outside: room.waiting,
            isBlocked: blocked != nil
        )
    }

    mutating func lost(_ reason: BrokerFailure) {
        trouble = "\(reason)"
        frameMaximum = 0
        blocked = nil
        // After `lost` the window holds nothing that could contradict it.
        try? perform(window.lost(reason: trouble))
        let trouble = trouble
        board.update { $0 = PublisherStatus(trouble: trouble) }
    }

    mutating func finish() {
        try? perform(window.lost(reason: "the publisher was closed before the broker answered"))
        for next in waiting { next.answer.resume(returning: .failure(.closed)) }
        waiting = []
        room.close()
        board.update { $0 = PublisherStatus(trouble: "closed") }
        for waiter in closeWaiters { waiter.resume() }
        closeWaiters = []
    }
}
