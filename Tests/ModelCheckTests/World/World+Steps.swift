import AMQP
import Foundation
import OrderMessages

@testable import OrderFulfilment
@testable import TestKit

/// What happens.
extension World {
    // MARK: What comes by itself

    func deliver(_ index: Int, _ worker: ModelWorker) {
        let entry = broker.entries[index]
        let isSuspect = isSuspect(entry, worker)
        worker.lastTag += 1
        let id = DeliveryID(epoch: worker.epoch, tag: worker.lastTag)
        broker.hand(index, .init(worker: worker.number, delivery: id, subject: entry.subject))
        let delivery = Delivery(
            id: id,
            queue: entry.queue,
            isRedelivered: entry.isRedelivered,
            message: entry.message
        )
        let hand = Hand(self, worker, entry.subject, "delivery", delivery: id)
        let (runner, place) = (runner(worker), worker.order.place(in: entry.queue))
        hand.note(isSuspect)
        begin(hand) { await runner.handle(delivery, place, isSuspect: isSuspect) }
    }

    func wake(_ worker: ModelWorker) {
        woken(worker, isSuspect: false) { [ledger, date] in (try? await ledger.wake(limit: 1, now: date))?.first }
    }

    func wakeSuspect(_ worker: ModelWorker) {
        woken(worker, isSuspect: true) { [ledger, date] in try? await ledger.wakeSuspect(now: date) }
    }

    private func woken(
        _ worker: ModelWorker,
        isSuspect: Bool,
        _ wake: @escaping @Sendable () async -> WokenCommand?
    ) {
        let found = Found()
        inTask { found.command = await wake() }
        look()
        checkLedger(after: "wake")
        guard let command = found.command else { return }
        let claim = command.grant.claim
        owners[claim.fence] = worker.number
        let hand = Hand(self, worker, claim.identity.id, "woken")
        hand.note([
            command.grant.attempts, claim.round, command.grant.decision.hashValue, command.grant.known.hashValue,
        ])
        hand.note(command.grant.intents.map { "\($0.id) \($0.fate)" })
        hand.note(command.grant.patience)
        let runner = runner(worker)
        begin(hand) { await runner.handle(command, isSuspect: isSuspect) }
    }

    func relay(_ worker: ModelWorker) {
        let hand = Hand(self, worker, "outbox", "relay")
        hand.note(view.rows.filter { $0.state == .ended && !$0.isAnnounced }.map(\.number))
        begin(hand) { await OutboxRelay(line: worker.line).relay() }
    }

    private func runner(_ worker: ModelWorker) -> LineRunner {
        LineRunner(
            line: worker.line,
            currentEpoch: { worker.epoch },
            settle: { [self] delivery, settlement in settle(delivery, settlement) }
        )
    }

    func landAck(_ worker: ModelWorker) { broker.remove(worker.acks.removeFirst()) }

    func pass(to time: Double) {
        now = time
        // What hasn't landed by now never will.
        late.removeAll { $0.until <= time }
    }

    /// The commands of a worker that is missed are free.
    func free(missed index: Int) { free(commandsOf: missed.remove(at: index).worker) }

    private func free(commandsOf number: Int) {
        let its = Set(owners.filter { $0.value == number }.keys)
        inTask { [ledger, date] in await ledger.free({ its.contains($0) }, at: date) }
        look()
    }

    // MARK: Faults

    /// A write goes on its way, and nobody waits for it.
    func putOff(_ box: EMSRequestBox, by hand: Hand) {
        late.append(LateWrite(box: box, command: hand.subject, until: now + Self.landing))
    }

    func land(at index: Int) { land(late.remove(at: index)) }

    func kill(_ worker: ModelWorker) {
        bury(hands.filter { $0.worker === worker })
        loseConnection(worker)
        guard let index = workers.firstIndex(where: { $0 === worker }) else { return }
        if scenario.workers > 1 {
            missed.append((worker.number, now + Self.lease))
            workers[index] = newWorker(followsCrash: false)
        } else {
            let found = Reopened()
            inTask { [ledger, date] in found.ledger = await ledger.reopened(now: date) }
            if let reopened = found.ledger { ledger = reopened }
            workers[index] = newWorker(followsCrash: true)
        }
        look()
    }

    func cut(_ worker: ModelWorker) {
        loseConnection(worker)
        worker.epoch += 1
        worker.lastTag = 0
    }

    private func loseConnection(_ worker: ModelWorker) {
        worker.acks = []
        broker.giveBack { $0.worker == worker.number }
    }

    /// It sleeps so long that its commands are free, and doesn't know it.
    func freeze(_ worker: ModelWorker) {
        pass(to: now + Self.lease)
        free(commandsOf: worker.number)
    }

    // MARK: From outside

    func edit() {
        edits += 1
        switch scenario.editing {
        case .end: ems.answer("PATCH", AbstractEMS.address, #"{"entitlement":{"endDate":"2031-01-31"}}"#)
        case .disable: ems.answer("POST", AbstractEMS.address + "/disable")
        case .close: ems.answer("POST", AbstractEMS.address + "/close")
        }
    }

    func replay(_ letter: Message) {
        let worker = workers[0]
        let port = ModelLedger(self, worker: worker.number)
        let replayer = Replayer(
            topology: topology,
            translator: Translator(),
            ledger: port,
            desk: LedgerDesk(port, now: { [self] in date }),
            publisher: ModelPublisher(world: self),
            by: "ann",
            now: { [self] in date }
        )
        begin(Hand(self, worker, subject(of: letter), "operator")) { [self] in
            let kept = KeptLetter(letter, Translator())
            guard let plan = try? await replayer.plan(kept),
                let done = try? await replayer.carryOut(plan, kept)
            else { return }
            if case .refuse = done { return }
            if Hand.current?.isDead == false { broker.takeLetter(letter) }
        }
    }

    /// What a task brings back.
    ///
    /// Confined to the explorer's thread, which is why it may be called sendable.
    private final class Found: @unchecked Sendable { var command: WokenCommand? }
}
