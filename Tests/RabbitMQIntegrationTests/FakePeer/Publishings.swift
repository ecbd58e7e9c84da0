import AMQP
import RabbitMQ
import TestKit
import Testing

/// Publishings for a fake peer, which looks at nothing but their id.
func publishing(_ id: String, byteCount: Int = 3) -> Publishing {
    Publishing(
        exchange: "in",
        routingKey: "key",
        properties: Properties(messageID: id),
        body: Array(repeating: UInt8(ascii: "x"), count: byteCount)
    )
}

extension RabbitMQPublisher {
    /// What became of it: `nil` when it was confirmed.
    func failure(of publishing: Publishing) async -> PublishFailure? {
        do throws(PublishFailure) {
            try await publish(publishing)
            return nil
        } catch {
            return error
        }
    }

    /// Publishes again under the same id as long as nobody can say what became of it, as its owner has to.
    func publishUntilKnown(_ publishing: Publishing) async throws(PublishFailure) {
        while true {
            switch await failure(of: publishing) {
            case nil: return
            case .unknown: continue
            case .unroutable(let code, let text): throw .unroutable(code: code, text: text)
            case .refused: throw .refused
            case .invalid(let reason): throw .invalid(reason)
            case .closed: throw .closed
            }
        }
    }
}

/// The reason of an unknown outcome; anything else is recorded.
func unknownReason(_ failure: PublishFailure?) -> String {
    guard case .unknown(let reason)? = failure else {
        Issue.record("expected unknown, saw \(String(describing: failure))")
        return ""
    }
    return reason
}
