import OrderMessages
import SubscriptionLifecycle

extension Samples {
    /// The calls of the published preview, as they stand: only the adapter can plan them.
    ///
    /// Its tests (`PreviewedExampleTests`) hold them against its own, and write them with `UPDATE_CONTRACTS=1`.
    func plannedCalls() throws -> [PlannedCall] {
        let published = try Examples.command(operation, "previewed")
        return (published["data"]?["calls"]?.elements ?? []).map { call in
            PlannedCall(
                method: call["method"]?.text ?? "",
                path: call["path"]?.text ?? "",
                body: call["body"]?.compactText
            )
        }
    }
}
