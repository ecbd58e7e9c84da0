import AMQP
import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle

@testable import SentinelEMS
@testable import TestKit

/// The invariants, each looked at where it could break.
extension World {
    func command(_ id: String) -> PlannedCommand? { scenario.commands.first { $0.id == id } }

    func owner(of identity: CommandIdentity) -> Int? {
        view.row(identity.id).flatMap { owners[$0.fence] }
    }

    // MARK: EMS

    func read(_ box: EMSRequestBox, by hand: Hand) -> EMSAnswer {
        hand.editsAtLastRead = edits
        return ems.answer(box.request)
    }

    func write(_ box: EMSRequestBox, by hand: Hand) -> EMSAnswer {
        let row = view.row(hand.subject)
        if row?.decision == nil {
            violate("decide once: \(hand.subject) writes to EMS before its decision is durable")
        }
        if row?.state != .inHand || row.flatMap({ owners[$0.fence] }) != hand.worker.number {
            violate("one at a time: \(hand.name) writes to EMS without being its lane's head")
        }
        let isEdited = hand.editsAtLastRead != edits
        hand.editsAtLastRead = edits
        let answer = perform(box, for: hand.subject, isEdited: isEdited)
        return plant == .writtenTwice ? perform(box, for: hand.subject, isEdited: isEdited) : answer
    }

    func land(_ write: LateWrite) {
        let isEnded = view.row(write.command)?.state == .ended
        let before = ems.held
        _ = perform(write.box, for: write.command, isEdited: edits > 0)
        if isEnded, before?.fields != ems.held?.fields {
            violate("converge: a late write of \(write.command) took effect after its end")
        }
    }

    private func perform(_ box: EMSRequestBox, for id: String, isEdited: Bool) -> EMSAnswer {
        let before = ems.held
        let answer = ems.answer(box.request)
        let after = ems.held
        judge(before, after, of: id, isEdited: isEdited)
        return answer
    }

    private func judge(_ before: Entitlement?, _ after: Entitlement?, of id: String, isEdited: Bool) {
        let (old, new) = (before?.fields ?? [:], after?.fields ?? [:])
        let changed = Set(old.keys).union(new.keys).filter { old[$0] != new[$0] }
        for field in changed {
            let first = records.contributions[id]?[field]?.before ?? old[field]
            records.contributions[id, default: [:]][field] = Records.Contribution(before: first, after: new[field])
        }
        if before?.state == .closed, !changed.isEmpty {
            violate("cancelled is final: \(id) changes \(changed.sorted()) of a closed entitlement")
        }
        // Taking back what it wrote itself leads to the end that it found, and no further.
        let found = records.contributions[id]?["end"]?.before.flatMap { LocalDate($0) }
        if let was = found, let isNow = after?.term.end, isNow < was, !isEdited,
            [.renewSubscription, .renewWithUpsell, .renewWithReducedTier].contains(command(id)?.operation)
        {
            violate("no term shortened by a renewal: \(id) moves the end from \(was) to \(isNow)")
        }
        if old["attribute Order Type"] == "Subscription", new["attribute Order Type"] == "Trial" {
            violate("one trial conversion: \(id) makes a trial of a subscription")
        }
        // Until its end an overshoot, or a line that came twice, is mended.
        let counted = changed.filter { $0.hasSuffix(" quantity") }
        if !counted.isEmpty, view.row(id)?.state == .ended {
            violate("applied once: \(id) changes \(counted.sorted()) once more after its end")
        }
    }

    // MARK: The ledger

    func checkLedger(after call: String) {
        let (old, new) = (records.known?.version ?? 0, view.known?.version ?? 0)
        if new != old, new != old + 1 {
            violate("versions count up by one: \(call) leads from \(old) to \(new)")
        }
        records.known = view.known
        if view.rows.count(where: \.isHead) > 1 { violate("one at a time: the lane has two heads") }
    }

    /// A command is about to end; the view is still the one of before.
    func ended(_ claim: Claim, _ ending: Ending) {
        let id = claim.identity.id
        let eventID = ending.publishings.last?.properties.messageID
        records.ends[id, default: []].append(.init(outcome: ending.outcome, round: claim.round, eventID: eventID))
        let ends = records.ends[id, default: []].filter { $0.outcome == .succeeded || $0.outcome == .rejected }
        if ends.count > 1 { violate("one outcome: \(id) ended as \(ends.map(\.outcome.rawValue))") }
        switch ending.outcome {
        case .succeeded: succeeded(id, ending)
        case .rejected:
            let left = records.left(by: id)
            if !left.isEmpty { violate("rejected left nothing: \(id) has left \(left)") }
        case .deadLettered, .previewed: break
        }
    }

    private func succeeded(_ id: String, _ ending: Ending) {
        let held = ems.held
        if ending.known?.version != (records.known?.version ?? 0) + 1 {
            violate(
                "versions count up by one: \(id) makes \(ending.known?.version ?? 0) of \(records.known?.version ?? 0)"
            )
        }
        if records.isCancelled { violate("cancelled is final: \(id) succeeds afterwards") }
        let command = command(id)
        if command?.operation == .cancelSubscription, held?.state == .closed { records.isCancelled = true }
        if command?.operation == .convertTrial {
            records.conversions += 1
            if records.conversions > 1 { violate("one trial conversion: \(id) is the second") }
        }
        guard edits == 0, let decision = view.row(id)?.decision, let held else { return }
        let difference = Difference(decision.changes, on: held, intents: view.row(id)?.intents ?? [])
        if !difference.isEmpty {
            let missing = difference.missing.map(\.field.description) + difference.surplus
            violate("converge: \(id) succeeds, and \(missing) is not as decided")
        }
    }

    func reopened(_ letter: LetterOfCommand, _ verdict: RoundVerdict) {
        if case .open = verdict { records.replayed.insert(letter.identity.id) }
    }

    // MARK: The broker

    /// The broker has a publishing.
    func accept(_ publishing: Publishing) {
        let message = Message(
            exchange: publishing.exchange,
            routingKey: publishing.routingKey,
            properties: publishing.properties,
            body: publishing.body
        )
        if publishing.exchange == topology.events {
            let id = publishing.properties.messageID ?? ""
            records.events[id, default: []].insert(publishing.body)
            if records.events[id, default: []].count > 1 { violate("one outcome: the event \(id) has two contents") }
        } else if publishing.exchange == topology.deadLetters {
            // The same letter twice is one that was published again after a lost confirm.
            if !broker.letters.contains(message) { broker.bury(message) }
            records.letters.insert(subject(of: message))
        } else if let operation = OrderOperation(rawValue: publishing.routingKey.rawValue) {
            broker.put(message, topology.queue(operation), subject(of: message))
        }
    }

    func subject(of message: Message) -> String {
        scenario.commands.first { $0.body == message.body }?.id ?? "?"
    }

    /// The line tells the broker about a delivery.
    func settle(_ delivery: DeliveryID, _ settlement: Settlement) {
        guard let hand = Hand.current, !hand.isDead, delivery.epoch == hand.worker.epoch else { return }
        let receipt = AbstractBroker.Receipt(worker: hand.worker.number, delivery: delivery, subject: hand.subject)
        switch settlement {
        case .requeue: broker.giveBack { $0 == receipt }
        case .acknowledge:
            judgeAcknowledgement(hand)
            hand.worker.acks.append(receipt)
        }
    }

    private func judgeAcknowledgement(_ hand: Hand) {
        let id = hand.subject
        guard let row = view.row(id) else {
            return violate("ack last: \(hand.name) is acknowledged, and the ledger doesn't have it")
        }
        if row.state == .inHand, owners[row.fence] == hand.worker.number {
            violate("ack last: \(hand.name) is acknowledged while it is in hand")
        }
        guard row.state == .ended, let ending = row.ending else { return }
        let isOut = records.ends[id]?.last?.eventID.map { records.events[$0] != nil } ?? false
        let isLetterOut = ending.outcome != .deadLettered || records.letters.contains(id)
        let isTakenOver = date.timeIntervalSince(ending.endedAt) >= 4
        if !isLetterOut || !(isOut || isTakenOver) {
            violate("ack last: \(hand.name) is acknowledged before its \(ending.outcome.rawValue) was confirmed")
        }
    }

    // MARK: The end

    /// Nothing goes on any more.
    func judgeEnd() {
        if !hands.isEmpty { violate("nothing stands still: \(hands.map(\.name)) wait for ever") }
        for entry in broker.entries { violate("nothing lost: \(entry.subject) is still in \(entry.queue)") }
        for command in scenario.commands {
            guard let row = view.row(command.id) else {
                violate("nothing lost: the ledger doesn't know \(command.id)")
                continue
            }
            if row.state == .reopened, !broker.letters.isEmpty { continue }
            if row.state != .ended { violate("nothing lost: \(command.id) is \(row.state.rawValue) in the end") }
            if row.state == .ended, !row.isAnnounced { violate("nothing lost: \(command.id) is never announced") }
            let end = records.ends[command.id]?.last
            if row.state == .ended, end?.eventID.map({ records.events[$0] == nil }) ?? true {
                violate("nothing lost: \(command.id) has no outcome event")
            }
            if end?.outcome == .rejected, !records.left(by: command.id).isEmpty {
                violate("rejected left nothing: \(command.id) has left \(records.left(by: command.id))")
            }
        }
    }
}
