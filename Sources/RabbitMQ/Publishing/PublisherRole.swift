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
    private var answers = NumberedWindow<PublishingAnswer>()
    /// Given in this turn; passed on together at its end.
    private var given: [(answer: PublishingAnswer, result: Result<Void, PublishFailure>)] = []
    /// What the board says of the window.
    private var shownUnconfirmed = 0
    /// Not sent yet, in order.
    private var waiting: Deque<Waiting> = []
    private var frameMaximum = 0
    private var blocked: String?
    private var unblockedAt: ContinuousClock.Instant?
    /// When the broker last confirmed or refused anything.
    private var answeredAt: ContinuousClock.Instant?
    private var trouble = "not connected yet"
    private var closeWaiters: [CheckedContinuation<Void, Never>] = []
    private(set) var endRequested = false

    /// Sent before frames are read again: the broker's answers must not pile up behind our own bytes.
    private static let publishingsPerTurn = 128
    /// Sequence numbers between the oldest and the newest publishing without an answer.
    private static let widestWindow = 100_000
    /// Bytes that wait for the socket before no more publishings are encoded.
    private static let unsentBytesAtMost = 1 << 20

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

    /// Returns are our own messages, kept whole to be recognised: none is larger than the largest that was sent.
    static func assembler() -> MessageAssembler { MessageAssembler(limits: ContentLimits(bodyBytes: 0)) }

    var isBlocked: Bool { blocked != nil }
    var isDrained: Bool { answers.count == 0 && waiting.isEmpty }

    var nextDeadline: ContinuousClock.Instant? {
        [
            distrustAt, answers[answers.oldest]?.deadline, waiting.first?.answer.deadline, room.nextDeadline,
        ].compactMap { $0 }.min()
    }

    /// When a missing confirm means that the channel is stuck.
    ///
    /// Never while the broker blocks: then it is known why, and a fresh connection would be blocked just as well.
    private var distrustAt: ContinuousClock.Instant? { silentSince.map { $0 + configuration.confirmTimeout } }

    /// Since when the broker could have answered and answered nothing at all.
    ///
    /// One queue that can't confirm must not cost the others their connection: its publishings end at their own deadlines.
    private var silentSince: ContinuousClock.Instant? {
        blocked == nil ? window.oldestPublishedAt.map { max($0, unblockedAt ?? $0, answeredAt ?? $0) } : nil
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
        answers = NumberedWindow()
        (blocked, unblockedAt, answeredAt) = (nil, nil, nil)
        counters.connections.increment()
        shownUnconfirmed = 0
        board.update { $0 = PublisherStatus(canConfirm: true) }
    }

    mutating func drain(on connection: borrowing BrokerConnection) throws(BrokerFailure) {}

    mutating func write(to connection: borrowing BrokerConnection) throws(BrokerFailure) -> Bool {
        passOnAnswers()
        // What the socket does not take must not pile up here.
        guard blocked == nil, !waiting.isEmpty, connection.unsentBytes < Self.unsentBytesAtMost else { return false }
        let room = min(Self.publishingsPerTurn, configuration.maximumUnconfirmed - window.count)
        guard room > 0 else { return false }
        let now = ContinuousClock.now
        var published = 0
        while published < room, connection.unsentBytes < Self.unsentBytesAtMost, let next = waiting.popFirst() {
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
            _ = window.published(next.publishing, at: now)
            answers.append(next.answer)
            connection.publish(encoded)
            published += 1
        }
        counters.published.increment(by: published)
        showUnconfirmed()
        return !waiting.isEmpty && connection.unsentBytes < Self.unsentBytesAtMost
            && window.count < configuration.maximumUnconfirmed
    }

    mutating func receive(_ frame: InboundFrame, on connection: borrowing BrokerConnection) throws(BrokerFailure) {
        switch frame {
        case .acknowledge(let sequence, let multiple):
            answeredAt = .now
            try perform(window.acknowledged(sequence, multiple: multiple))
        case .refuse(let sequence, let multiple):
            answeredAt = .now
            try perform(window.refused(sequence, multiple: multiple))
        case .deliver, .returned, .header, .body:
            if case .returned(let code, let text, let message) = try assembler.take(frame) {
                try perform(window.returned(message, code: code, text: text))
            }
        case .blocked(let reason):
            blocked = reason
            connection.expectProgress(false)
            logger.warning("RabbitMQ blocks publishing", metadata: ["reason": "\(reason)"])
            board.update { status in
                status.blocked = reason
                status.canConfirm = false
                status.trouble = "RabbitMQ blocks publishing: \(reason)"
            }
        case .unblocked:
            blocked = nil
            unblockedAt = .now
            connection.expectProgress(true)
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
                answer(sequence, .success(()))
            case .refused(let sequence):
                answer(sequence, .failure(.refused))
            case .returned(let sequence, let code, let text):
                answer(sequence, .failure(.unroutable(code: code, text: text)))
            case .unknown(let sequence, let reason):
                answer(sequence, .failure(.unknown(reason)))
            case .violation(let what):
                throw .lost(what)
            }
        }
    }

    private mutating func answer(_ sequence: UInt64, _ result: Result<Void, PublishFailure>) {
        guard let answer = answers.take(sequence) else { return }
        given.append((answer, result))
    }

    private mutating func showUnconfirmed() {
        let unconfirmed = window.count
        guard unconfirmed != shownUnconfirmed else { return }
        shownUnconfirmed = unconfirmed
        board.update { $0.unconfirmed = unconfirmed }
    }

    /// Resumes everybody who has an answer.
    private mutating func passOnAnswers() {
        showUnconfirmed()
        guard !given.isEmpty else { return }
        counters.count(given.map(\.result))
        for (answer, result) in given { answer.resume(returning: result) }
        given.removeAll(keepingCapacity: true)
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
        while let answer = answers[answers.oldest], now >= answer.deadline {
            // Everything on the channel is in doubt then, and a fresh connection begins anew.
            if isStuck { throw noConfirm }
            self.answer(answers.oldest, .failure(.unknown("no confirm within the confirm timeout: \(obstacle)")))
        }
        passOnAnswers()
        if let distrustAt, now >= distrustAt { throw noConfirm }
        // What was never confirmed keeps its place; a fresh connection forgets it.
        if window.span > Self.widestWindow { throw noConfirm }
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
        passOnAnswers()
        let trouble = trouble
        shownUnconfirmed = 0
        board.update { $0 = PublisherStatus(trouble: trouble) }
    }

    mutating func finish() {
        try? perform(window.lost(reason: "the publisher was closed before the broker answered"))
        passOnAnswers()
        for next in waiting { next.answer.resume(returning: .failure(.closed)) }
        waiting = []
        room.close()
        board.update { $0 = PublisherStatus(trouble: "closed") }
        for waiter in closeWaiters { waiter.resume() }
        closeWaiters = []
    }
}
