/// What can go wrong, or come from outside, at any step; each use of one is counted.
enum Fault: String, CaseIterable, Hashable, Sendable {
    /// The worker dies; what it has sent is lost or done by chance.
    case crash
    /// The worker dies while a write to EMS is on its way, which lands later or never.
    case crashInFlight = "crash in flight"
    /// The connection to the broker is lost: what wasn't acknowledged is delivered again.
    case cut
    /// The worker is frozen past its lease.
    case freeze
    /// EMS does it, and the answer is lost.
    case lostAnswer = "lost answer"
    /// The call is lost: nobody answers, nothing is done.
    case lostCall = "lost call"
    /// Nobody answers, and the write lands later or never.
    case lateCall = "late call"
    /// EMS answers with 503.
    case failedCall = "failed call"
    /// The ledger can't be written.
    case failedLedger = "failed ledger"
    /// The ledger has written, and its answer is lost: the caller believes that it failed.
    case lostLedgerAnswer = "lost ledger answer"
    /// The broker takes it, and the confirm is lost.
    case lostConfirm = "lost confirm"
    /// Somebody changes the entitlement by hand.
    case edit
    /// The shop sends a command once more.
    case duplicate
    /// An operator replays a dead letter.
    case replay
    /// Time passes though there is something to do.
    case delay
}
