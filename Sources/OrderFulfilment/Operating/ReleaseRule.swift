public import Foundation

/// Whose wait an operator may end: pure, and the same for every ledger.
public enum ReleaseRule {
    /// What the command's case file says of it.
    public static func note(of resolution: Resolution, at time: Date) -> CaseFile {
        CaseFile(entries: [CaseEntry(.released, at: time, "by an operator, as \(resolution.rawValue)")])
    }

    /// Why not; `nil` when the command may be released.
    ///
    /// `state` is `nil` when the ledger doesn't know the command.
    public static func refusal(
        of resolution: Resolution,
        state: OrderRecord.State?,
        hasDecision: Bool
    ) -> String? {
        switch (state, resolution) {
        case (nil, _): "the ledger has no such command"
        case (.inHand, _): "it is being handled right now; look at it again in a moment"
        case (.behind, _): "it stands behind another command of its subscription: release that one"
        case (.reopened, _): "its round is open and its message on the way; it waits for nothing"
        case (.ended, _): "it has ended"
        case (.premature, .applied), (.premature, .notApplied):
            "it waits for its predecessor and has called nothing yet; only retry-now makes sense"
        case (.retrying, .applied) where !hasDecision:
            "nothing was decided yet, so nothing can have been applied; only retry-now makes sense"
        case (.premature, .retryNow), (.retrying, _): nil
        }
    }
}
