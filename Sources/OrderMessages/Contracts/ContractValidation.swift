public import SubscriptionLifecycle

/// Whether one message is a command that the worker understands, told as the worker itself would tell it.
public enum ContractValidation {
    /// The verdict on a message in structured mode: `{"valid": true}`, or reason, path and detail; the path of the
    /// whole message is empty.
    ///
    /// It is taken as coming from the queue that its type names, unless another is given.
    public static func verdict(
        on body: [UInt8],
        from operation: OrderOperation? = nil,
        translator: Translator = Translator()
    ) -> JSON {
        let message = WireMessage(contentType: "application/cloudevents+json", body: body)
        do throws(Poison) {
            // Without an operation the translation fails before the queue matters.
            let queue = operation ?? translator.peek(message).operation ?? .createSubscription
            _ = try translator.translate(message, from: queue)
            return ["valid": true]
        } catch {
            var verdict = JSON.Object()
            verdict.append("valid", false)
            verdict.append("reason", error.reason.rawValue)
            verdict.append("path", error.path ?? "")
            verdict.append("detail", error.detail)
            return .object(verdict)
        }
    }
}
