import SubscriptionLifecycle

extension Line {
    /// record: the decision is durable before the first write to EMS.
    func record(_ decided: Decided) async throws(Failure) -> Decided {
        guard decided.snapshot != nil else { return decided }
        let claim = decided.turn.grant.claim
        let file = CaseNotes.current?.unstored
        do { try await ledger.record(decided.decision, file, under: claim) } catch {
            throw Failure(error, claim.identity)
        }
        if let file { CaseNotes.current?.stored(file) }
        return decided
    }
}
