public import OrderMessages
public import SubscriptionLifecycle

/// A command's story, and its decision made again: by the policies of then, and by those of now.
public struct CaseReview: Sendable {
    /// Whether a second decision is the recorded one.
    public enum Comparison: Hashable, Sendable {
        /// It is.
        case same
        /// It is another one, in words.
        case differs(String)
    }

    /// The command as the ledger shows it.
    public var record: OrderRecord
    /// What is kept of how it came to its end; empty for one from before this was kept.
    public var caseFile: CaseFile
    /// Why nothing can be decided again; `nil` when it can.
    public var obstacle: String?
    /// The verdict by the rules of this program and the policies of then, with its guards.
    public var then: Examination?
    /// The verdict by the rules of this program and the policies of now.
    public var now: Examination?
    /// The recorded verdict, as far as one is recorded.
    public var verdict: String?
    /// What became of ``then``, compared with what is recorded; differs when this release decides otherwise.
    public var comparison: Comparison?
    /// What the current policies come to, compared with those of then.
    public var comparisonNow: Comparison?

    /// Decides again; `translator` and `lifecycle` are those of now.
    public init(_ record: OrderRecord, _ file: CaseFile?, translator: Translator, lifecycle: Lifecycle) {
        self.record = record
        caseFile = file ?? CaseFile()
        verdict = record.recordedVerdict
        guard let inputs = file?.inputs else {
            obstacle =
                switch file?.isUnreadable {
                case nil: "nothing was kept of how it was decided: it is from before case files, or was not decided yet"
                case true?: "what it was decided on was kept, and can't be read by this release"
                case false?: "no verdict of the rules was kept"
                }
            return
        }
        guard let snapshot = inputs.snapshot, let content = inputs.content else {
            obstacle = "the command or the entitlement was too large for its case file"
            return
        }
        guard let command = content.command(record, translator) else {
            obstacle = "the command can't be read by this release"
            return
        }
        func examine(_ policies: LifecyclePolicies) -> Examination {
            Lifecycle(policies: policies, table: lifecycle.table)
                .examine(command, on: snapshot, today: inputs.today, patience: inputs.patience)
        }
        let then = examine(inputs.policies)
        let now = examine(lifecycle.policies)
        (self.then, self.now) = (then, now)
        comparison = record.compare(then.verdict)
        comparisonNow = now.verdict == then.verdict ? .same : .differs(now.verdict.words)
    }
}

extension JSON {
    /// The command of a case file.
    fileprivate func command(_ record: OrderRecord, _ translator: Translator) -> ChangeCommand? {
        var event = JSON.Object()
        event.append("specversion", "1.0")
        event.append("id", record.identity.id)
        event.append("source", record.identity.source)
        event.append("type", self["type"])
        event.append("data", self["data"])
        let message = WireMessage(
            contentType: "application/cloudevents+json",
            body: JSON.object(event).compactBytes
        )
        guard let order = try? translator.translate(message, from: record.operation),
            case .change(let command) = order.command
        else { return nil }
        return command
    }
}

extension OrderRecord {
    /// What the ledger has of a verdict.
    fileprivate var recordedVerdict: String? {
        if let decision { return Verdict.change(decision).words }
        if outcome == .rejected { return "rejected, \(code ?? "")\(detail.map { ": \($0)" } ?? "")" }
        if state == .premature { return "premature\(detail.map { ": \($0)" } ?? "")" }
        return nil
    }

    /// Whether the rules had the last word, and not EMS: what they said before it refused is another story.
    private var isOfRules: Bool {
        guard decision == nil, outcome == .rejected else { return true }
        switch code.flatMap(RejectionCode.init) {
        case .emsRefused?, .emsConflict?, .entitlementNotFound?: return false
        // Of a code that it doesn't know a release does decide differently.
        case _: return true
        }
    }

    /// Compares a verdict with the recorded one; `nil` where none of the rules is recorded.
    fileprivate func compare(_ verdict: Verdict) -> CaseReview.Comparison? {
        guard recordedVerdict != nil, isOfRules else { return nil }
        let isSame =
            switch verdict {
            case .change(let other): other == decision
            case .rejected(let rejection): decision == nil && rejection.code.rawValue == code
            case .premature: decision == nil && state == .premature
            }
        return isSame ? .same : .differs(verdict.words)
    }
}
