import SentinelEMS
import Synchronization
import Testing

/// Answers from a script, in order, and remembers what was asked.
final class ScriptedTransport: EMSTransport {
    typealias Step = @Sendable (EMSRequest) throws(EMSTransportFailure) -> EMSAnswer

    private struct State {
        var steps: [Step] = []
        var requests: [EMSRequest] = []
    }

    private let state: Mutex<State>

    init(_ steps: Step...) { state = Mutex(State(steps: steps)) }

    var requests: [EMSRequest] { state.withLock { $0.requests } }
    /// The request of that number, from 0.
    func request(_ number: Int) throws -> EMSRequest {
        let requests = requests
        return try #require(requests.indices.contains(number) ? requests[number] : nil)
    }

    var isDone: Bool { state.withLock { $0.steps.isEmpty } }

    func append(_ steps: Step...) { state.withLock { $0.steps += steps } }

    func send(_ request: EMSRequest) async throws(EMSTransportFailure) -> EMSAnswer {
        let step = state.withLock { state -> Step? in
            state.requests.append(request)
            return state.steps.isEmpty ? nil : state.steps.removeFirst()
        }
        guard let step else { return EMSAnswer(status: 599, body: Array("the script is at its end".utf8)) }
        return try step(request)
    }

    func shutdown() async {}

    static func answer(_ status: Int, _ body: String = "", headers: [String: String] = [:]) -> Step {
        { _ in EMSAnswer(status: status, headers: headers, body: Array(body.utf8)) }
    }

    static func fail(_ failure: EMSTransportFailure) -> Step { { _ throws(EMSTransportFailure) in throw failure } }

    /// EMS's own 404.
    static let absent = answer(
        404,
        #"""
        {"errorResponse":{"errorCode":125,"description":"The requested resource is not found.",
         "developerMessage":"com.sfnt.ems.util.EMSException: The requested resource is not found."}}
        """#
    )
}

extension EMSRequest {
    /// Method and what follows the API's root, without the query.
    var line: String {
        let path = url.split(separator: "/api/v5").last.map(String.init) ?? url
        return "\(method) \(path.split(separator: "?").first ?? "")"
    }

    var text: String { String(decoding: body ?? [], as: UTF8.self) }
}
