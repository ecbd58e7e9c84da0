import OrderFulfilment

extension EMSCall {
    private static let maximumCommentLength = 255

    /// With what EMS's audit log shall know: which command, why, by whom.
    func commented(by context: ApplyContext) -> EMSCall {
        var call = self
        let comment = "cmd:\(context.identity)" + (context.reason.map { " \($0)" } ?? "")
        call.query.append((name: "comments", value: String(comment.prefix(Self.maximumCommentLength))))
        if let name = context.requestedBy, !name.isEmpty { call.query.append((name: "executedBy", value: name)) }
        return call
    }
}
