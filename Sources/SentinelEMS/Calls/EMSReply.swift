import OrderFulfilment

/// What became of a call, as far as the status tells.
enum EMSReply: Sendable {
    /// Done; the body as it came.
    case success([UInt8])
    /// 404, in EMS's own words.
    case notFound(EMSRefusal)
    /// Another 4xx: not done, for good.
    case refused(EMSRefusal)
    /// EMS answered that it can't now, or not for us: 401, 403, 408, 429. Nothing was done.
    case turnedAway(String, retryAfter: Double?)
    /// EMS answered that it failed: 500, 503. Whether a write took effect shows in a read.
    case failed(String, retryAfter: Double?)
    /// No answer of EMS itself: time-out, lost connection, or a gateway in between that says so (502, 504). A write may
    /// still land.
    case noAnswer(String)
    /// Nothing was sent.
    case notSent(String)
}

extension EMSReply {
    init(_ answer: EMSAnswer, to call: EMSCall) {
        let seconds = answer.headers["retry-after"].flatMap { RetryAfter.seconds($0) }
        switch answer.status {
        case 200..<300: self = .success(answer.body)
        case 404 where Self.isFromEMS(answer): self = .notFound(Self.refusal(answer))
        case 404:
            self = .turnedAway("\(call.title): a 404 that is not EMS's own; is EMS_URL right?", retryAfter: nil)
        case 401:
            self = .turnedAway(
                "\(call.title): 401, EMS does not accept the user name, password or client",
                retryAfter: seconds
            )
        case 403:
            self = .turnedAway("\(call.title): 403, the account lacks the right for it", retryAfter: seconds)
        case 408, 429: self = .turnedAway("\(call.title): \(Self.sentence(answer))", retryAfter: seconds)
        case 500, 501, 503, 505...599:
            self = .failed("\(call.title): \(Self.sentence(answer))", retryAfter: seconds)
        case 502, 504: self = .noAnswer("\(call.title): \(Self.sentence(answer))")
        case 400..<500: self = .refused(Self.refusal(answer))
        default:
            self = .failed("\(call.title): unexpected status \(answer.status); is EMS_URL right?", retryAfter: seconds)
        }
    }

    /// A proxy's or another application's 404 must not pass for "there is no such entitlement".
    private static func isFromEMS(_ answer: EMSAnswer) -> Bool {
        answer.body.isEmpty || (try? TolerantJSON.read(answer.body))?["errorResponse"] != nil
    }

    private static func refusal(_ answer: EMSAnswer) -> EMSRefusal {
        let error = (try? TolerantJSON.read(answer.body))?["errorResponse"]
        return EMSRefusal(
            status: answer.status,
            errorCode: error?["errorCode"]?.count,
            description: String((error?["description"]?.text ?? beginning(of: answer)).prefix(500))
        )
    }

    private static func sentence(_ answer: EMSAnswer) -> String {
        let refusal = refusal(answer)
        return refusal.description.isEmpty ? "status \(answer.status)" : "\(answer.status), \(refusal.description)"
    }

    /// Of a body that is no JSON, such as a proxy's page.
    private static func beginning(of answer: EMSAnswer) -> String {
        String(decoding: answer.body.prefix(200), as: UTF8.self)
    }
}
