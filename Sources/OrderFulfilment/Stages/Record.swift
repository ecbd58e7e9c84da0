import SubscriptionLifecycle

extension Line {
    /// record: the decision is durable before the first write to EMS.
    func record(_ decided: Decided) async throws(Failure) -> Decided {
        guard decided.snapshot != nil else { return decided }
        let claim = decided.turn.grant.claim
        do { try await ledger.record(decided.decision, under: claim) } catch { throw Failure(error, claim.identity) }
        return decided
    }
}
