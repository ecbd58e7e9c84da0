import AMQP
import CoreMetrics
import DequeModule
import Logging

/// The publishing connection: one channel in confirm mode, many publishings on their way at once.
struct PublisherRole: ConnectionRole {
    typealias Answer = CheckedContinuation<Result<Void, PublishFailure>, Never>

    enum Command: Sendable {
        case publish(Publishing, deadline: ContinuousClock.Instant, Answer)
        case close(CheckedContinuation<Void, Never>)
        /// Nobody holds the publisher any more.
        case abandon
    }

    private struct Waiting {
        var publishing: Publishing
        var deadline: ContinuousClock.Instant
        var answer: Answer
    }

    let configuration: RabbitMQConfiguration
    let topology: Topology
    let board: StatusBoard<PublisherStatus>
    let logger: Logger
    let counters = PublisherCounters()

    private var assembler: MessageAssembler
    private var window = ConfirmWindow()
    /// Who waits for the answer to each sequence number.
    private var answers: [UInt64: Answer] = [:]
    /// Not sent yet, in order.
    private var waiting: Deque<Waiting> = []
    private var frameMaximum = 0
    private var blocked: String?
    private var trouble = "not connected yet"
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []
    private(set) var endRequested = false

    /// Sent before frames are read again: the broker's answers must not pile up behind our own bytes.
    private static let publishingsPerTurn = 128

    init(
        configuration: RabbitMQConfiguration,
        topology: Topology,
        board: StatusBoard<PublisherStatus>,
        logger: Logger
    ) {
        self.configuration = configuration
        self.topology = topology
        self.board = board
        self.logger = logger
        assembler = Self.assembler()
    }

    /// Returns are our own messages, kept whole to be recognised: none is larger than the largest that was sent.
    private static func assembler() -> MessageAssembler { MessageAssembler(limits: ContentLimits(bodyBytes: 0)) }

    var isDrained: Bool { answers.isEmpty && waiting.isEmpty }

    var nextDeadline: ContinuousClock.Instant? {
        [window.oldestPublishedAt.map { $0 + configuration.confirmTimeout }, waiting.first?.deadline].compactMap { $0 }
            .min()
    }

    mutating func take(_ command: Command) {
        switch command {
        case .publish(let publishing, let deadline, let answer):
            waiting.append(Waiting(publishing: publishing, deadline: deadline, answer: answer))
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
    mutating func establish(on connection: borrowing BrokerConnection, epoch: UInt64) throws(BrokerFailure) {
        try connection.declare(topology)
        try connection.selectConfirms()
        frameMaximum = connection.frameMaximum
        assembler = Self.assembler()
        window = ConfirmWindow()
        blocked = nil
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
        while room > 0, let next = waiting.popFirst() {
            let encoded: EncodedPublishing
            do throws(PublishFailure) {
                encoded = try EncodedPublishing(
                    next.publishing,
                    frameMaximum: frameMaximum,
                    maximumHeaderBytes: configuration.maximumHeaderBytes
                )
            } catch {
                next.answer.resume(returning: .failure(error))
                continue
            }
            assembler.limits.bodyBytes = max(assembler.limits.bodyBytes, UInt64(next.publishing.body.count))
            let sequence = window.published(next.publishing, at: .now)
            answers[sequence] = next.answer
            counters.published.increment()
            try connection.publish(encoded)
            room -= 1
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
        while let first = waiting.first, now >= first.deadline {
            waiting.removeFirst()
            counters.unknown.increment()
            first.answer.resume(returning: .failure(.unknown("not sent within the confirm timeout: \(obstacle)")))
        }
        guard let oldest = window.oldestPublishedAt, now >= oldest + configuration.confirmTimeout else { return }
        // The broker may be stuck on this channel: everything on it is in doubt, and a fresh connection begins anew.
        throw .timedOut("no confirm within \(configuration.confirmTimeout)")
    }

    private var obstacle: String {
        blocked.map { "RabbitMQ blocks publishing: \($0)" }
            ?? (frameMaximum == 0 ? trouble : "the broker confirms too slowly")
    }

    mutating func turned(now: ContinuousClock.Instant) { board.turned(now: now) }

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
        board.update { $0 = PublisherStatus(trouble: "closed") }
        for waiter in closeWaiters { waiter.resume() }
        closeWaiters = []
    }
}
