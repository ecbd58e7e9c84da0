import AMQP
import Foundation

@testable import OrderFulfilment
@testable import TestKit

/// What may happen next.
extension World {
    /// All that may happen now, always in the same order; empty only when the history is over.
    ///
    /// A step that nobody else could tell from its neighbours is taken at once (its worker may still die before it):
    /// histories that differ only in when it falls are one.
    func choices() -> [Choice] {
        if isOver { return [] }
        if let worker = workers.first(where: { !$0.acks.isEmpty }) {
            return [Choice("ack \(worker.acks[0].subject) arrives") { self.landAck(worker) }] + ends(of: worker)
        }
        if let call = pending.first(where: { isPrivate($0.step) }) {
            return [go(call)] + faults(of: call) + ends(of: call.hand.worker)
        }
        let normal = pending.filter(isReady).map(go) + comings()
        var all = normal
        if normal.isEmpty {
            all.append(nextTimer.map { time in Choice("time passes") { self.pass(to: time) } } ?? theEnd)
        } else if let time = nextTimer {
            all += fault(.delay, "time passes all the same") { self.pass(to: time) }
        }
        for call in pending { all += faults(of: call) }
        for worker in workers { all += ends(of: worker) }
        return all + interventions()
    }

    private var theEnd: Choice {
        Choice("the end") {
            self.isOver = true
            self.judgeEnd()
        }
    }

    func allows(_ fault: Fault) -> Bool { scenario.allows(fault, after: faultsUsed) }

    /// Whether only the hand itself, or its worker's death, could make a difference to it.
    private func isPrivate(_ step: Pending.Step) -> Bool {
        switch step {
        case .publish(let publishing):
            return publishing.exchange == topology.events || !scenario.faults.contains(.replay)
        case .ledger("announced"): return !scenario.faults.contains(.replay)
        case .ledger(let name):
            return ["record", "strike", "clear strikes", "note"].contains(name) || name.hasPrefix("intend")
        case .read, .write, .sleep: return false
        }
    }

    private func isReady(_ call: Pending) -> Bool {
        if case .sleep(let until) = call.step { until <= now } else { true }
    }

    private func go(_ call: Pending) -> Choice {
        Choice("\(call.hand.name): \(call.step.name)") { self.resume(call, .go) }
    }

    // MARK: What comes by itself

    private func comings() -> [Choice] {
        var choices: [Choice] = []
        var seen: Set<Int> = []
        for worker in workers where !worker.isBusyAlone {
            // Two workers that can't be told apart are one.
            guard workers.count == 1 || seen.insert(digest(of: worker)).inserted else { continue }
            for index in broker.ready where mayTake(broker.entries[index], worker) {
                choices.append(
                    Choice("deliver \(broker.entries[index].subject) to \(worker.name)") { self.deliver(index, worker) }
                )
            }
            if view.isDue(date) { choices.append(Choice("wake at \(worker.name)") { self.wake(worker) }) }
            if view.hasSuspects, !hands.contains(where: { $0.worker === worker }) {
                choices.append(Choice("wake a suspect at \(worker.name)") { self.wakeSuspect(worker) })
            }
            if relayTime(worker).map({ $0 <= now }) ?? false {
                choices.append(Choice("relay at \(worker.name)") { self.relay(worker) })
            }
        }
        for (index, lost) in missed.enumerated() where lost.until <= now {
            choices.append(Choice("the lease of w\(lost.worker) is over") { self.free(missed: index) })
        }
        return choices
    }

    /// A message that may have killed a worker is taken when nobody else is in hand.
    private func mayTake(_ entry: AbstractBroker.Entry, _ worker: ModelWorker) -> Bool {
        !isSuspect(entry, worker) || !hands.contains { $0.worker === worker }
    }

    func isSuspect(_ entry: AbstractBroker.Entry, _ worker: ModelWorker) -> Bool {
        worker.followsCrash && entry.isRedelivered && worker.epoch == 1
    }

    /// When the outbox relay of a worker has something to do.
    func relayTime(_ worker: ModelWorker) -> Double? {
        let waiting = view.rows.filter { row in
            row.state == .ended && !row.isAnnounced && !worker.line.inHand.contains(row.request.identity)
        }
        guard !hands.contains(where: { $0.kind == "relay" }) else { return nil }
        // A little later than the relay's own limit, which excludes it.
        return waiting.compactMap(\.ending?.endedAt).min().map { $0.timeIntervalSince(Self.date(at: 0)) + 7.5 }
    }

    /// The next moment at which something happens by itself.
    private var nextTimer: Double? {
        var times = pending.compactMap { call in
            if case .sleep(let until) = call.step { until } else { nil as Double? }
        }
        times += missed.map(\.until)
        times += workers.compactMap(relayTime)
        if let due = view.nextDue { times.append(due.timeIntervalSince(Self.date(at: 0))) }
        return times.filter { $0 > now }.min()
    }

    // MARK: Faults

    private func fault(_ fault: Fault, _ label: String, _ perform: @escaping () -> Void) -> [Choice] {
        guard allows(fault) else { return [] }
        return [
            Choice("\(label) (\(fault.rawValue))", fault) {
                self.faultsUsed += 1
                perform()
            }
        ]
    }

    /// What can go wrong with a call.
    private func faults(of call: Pending) -> [Choice] {
        let label = "\(call.hand.name): \(call.step.name)"
        func turn(_ fault: Fault, _ turn: Pending.Turn) -> [Choice] {
            self.fault(fault, label) { self.resume(call, turn) }
        }
        switch call.step {
        case .write(let box):
            let inFlight = fault(.crashInFlight, label) {
                self.putOff(box, by: call.hand)
                self.kill(call.hand.worker)
            }
            return turn(.lostAnswer, .loseAnswer) + turn(.lostCall, .lose) + turn(.lateCall, .delay)
                + turn(.failedCall, .refuse) + inFlight
        case .read: return turn(.failedCall, .refuse)
        case .publish: return turn(.lostConfirm, .loseAnswer)
        case .ledger: return turn(.failedLedger, .refuse) + turn(.lostLedgerAnswer, .loseAnswer)
        case .sleep: return []
        }
    }

    /// How a worker, or its connection, may end now.
    private func ends(of worker: ModelWorker) -> [Choice] {
        let its = hands.filter { $0.worker === worker }
        guard !its.isEmpty || !worker.acks.isEmpty else { return [] }
        var choices = fault(.crash, "\(worker.name) dies") { self.kill(worker) }
        if !broker.held(by: worker.number).isEmpty {
            choices += fault(.cut, "\(worker.name) loses its connection") { self.cut(worker) }
        }
        let isWriting = pending.contains { call in
            if case .write = call.step { call.hand.worker === worker } else { false }
        }
        let hasCommand = view.rows.contains { $0.state == .inHand && owners[$0.fence] == worker.number }
        if workers.count > 1, hasCommand, !isWriting, late.isEmpty {
            choices += fault(.freeze, "\(worker.name) is frozen past its lease") { self.freeze(worker) }
        }
        return choices
    }

    /// What comes from outside.
    private func interventions() -> [Choice] {
        var choices: [Choice] = []
        for (index, write) in late.enumerated() {
            choices.append(Choice("the late write of \(write.command) lands") { self.land(at: index) })
        }
        if view.rows.isEmpty || view.rows.contains(where: { $0.state != .ended }) {
            choices += fault(.edit, "somebody edits the \(scenario.editing.rawValue) by hand") { self.edit() }
        }
        for command in scenario.commands where records.copies[command.id] == nil {
            choices += fault(.duplicate, "\(command.id) is sent again") {
                self.records.copies[command.id] = 1
                self.broker.send(command, self.topology)
            }
        }
        if !hands.contains(where: { $0.kind == "operator" }) {
            for letter in broker.letters {
                choices += fault(.replay, "an operator replays \(subject(of: letter))") { self.replay(letter) }
            }
        }
        return choices
    }
}
