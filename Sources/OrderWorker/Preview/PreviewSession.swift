import Foundation
import OrderFulfilment
import OrderMessages
import SentinelEMS
import SubscriptionLifecycle

/// Looks up and decides for a preview; reads EMS and the ledger, and writes nothing.
struct PreviewSession {
    let settings: WorkerSettings

    /// What the ledger knows of the subscription, then what EMS has: in the order of the line.
    func look(_ command: ChangeCommand) async throws -> SavedSnapshot {
        guard let ems = settings.ems else {
            throw SettingError(key: .emsURL, value: nil, allowed: SettingKey.emsURL.meaning)
        }
        let today = Timekeeper.system(timeZone: settings.businessTimeZone).today()
        // A ledger that isn't there yet knows of nothing, and is not made for a question.
        let isThere = try await settings.ledger.exists()
        let known = isThere ? try await settings.ledger.reader().subscription(command.subscriptionID) : nil
        let gateway = try ems.gateway(concurrency: 8, policies: settings.policies, logger: Log.quiet)
        let found: Result<Snapshot, GatewayFailure>
        do throws(GatewayFailure) {
            let names = settings.policies.attributeNames
            found = .success(try await gateway.previewSnapshot(for: command, known: known, attributeNames: names))
        } catch {
            found = .failure(error)
        }
        await gateway.shutdown()
        switch found {
        case .success(let snapshot):
            return SavedSnapshot(subscriptionID: command.subscriptionID, today: today, snapshot: snapshot)
        case .failure(let failure): throw CommandFailure(description: "EMS at \(ems.url): \(failure)")
        }
    }

    /// Decides.
    func report(
        on order: Order,
        _ command: ChangeCommand,
        _ seen: SavedSnapshot,
        today: LocalDate?
    ) throws -> PreviewReport {
        let today = today ?? seen.today
        func preview(_ patience: Patience) -> Preview {
            Preview(
                of: command,
                in: ApplyContext(command, identity: order.envelope.identity),
                on: seen.snapshot,
                today: today,
                patience: patience,
                lifecycle: Lifecycle(policies: settings.policies),
                planner: SentinelCallPlanner()
            )
        }
        let first = preview(.left)
        guard case .premature = first.examination.verdict else {
            return PreviewReport(preview: first, wait: nil, ultimately: nil)
        }
        return PreviewReport(preview: first, wait: settings.predecessorWait, ultimately: preview(.exhausted))
    }
}

/// What a preview has to say.
struct PreviewReport {
    var preview: Preview
    /// How long it would wait at most, in seconds; set when it would wait.
    var wait: Double?
    /// What would become of it if what it waits for never came.
    var ultimately: Preview?

    /// What the snapshot doesn't tell though the command asks for it.
    var warnings: [String] {
        let findings = preview.snapshot.findings
        let unknown = preview.command.addedLines.map(\.product).filter { findings.products[$0] == nil }
        var warnings = unknown.map { "the product \($0) is not in the snapshot: whether EMS has it is not known" }
        if preview.command.creates, findings.customer == nil {
            warnings.append("the customer is not in the snapshot: whether EMS has it is not known")
        }
        if preview.command.newSubscription?.customer.contact != nil, findings.contact == nil, !preview.calls.isEmpty {
            warnings.append("whether EMS has the contact is not known: the calls leave out that it may be created")
        }
        return warnings
    }
}
