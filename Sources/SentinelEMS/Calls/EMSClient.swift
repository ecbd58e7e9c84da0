import Foundation
import Logging
import Metrics
import OrderFulfilment
import OrderMessages
import Tracing

/// Makes calls: address, identity, deadline, limit, trace and metrics.
///
/// It repeats nothing but for a fresh token.
struct EMSClient: Sendable {
    private enum Identity: Sendable {
        case fixed(String)
        case tokens(AccessTokens)
    }

    private let configuration: EMSConfiguration
    private let transport: any EMSTransport
    private let identity: Identity
    private let capacity: EMSCapacity

    init(configuration: EMSConfiguration, transport: any EMSTransport, capacity: EMSCapacity) {
        self.configuration = configuration
        self.transport = transport
        self.capacity = capacity
        switch configuration.credentials {
        case .basic(let username, let password):
            identity = .fixed("Basic " + Data("\(username):\(password)".utf8).base64EncodedString())
        case .clientCredentials(let url, let id, let secret):
            identity = .tokens(AccessTokens(url: url, clientID: id, clientSecret: secret, transport: transport))
        }
    }

    /// When a call that begins now must have its answer.
    var deadline: ContinuousClock.Instant { .now + configuration.timeout }

    /// Makes the call; waiting for room counts towards its deadline.
    func send(_ call: EMSCall, deadline: ContinuousClock.Instant? = nil) async -> EMSReply {
        let deadline = deadline ?? self.deadline
        let begin = ContinuousClock.now
        let (reply, status) = await capacity.run(call.title) {
            let made = ContinuousClock.now
            let (reply, status) = await attempt(call, deadline)
            let isLate = made.duration(to: .now) >= configuration.timeout * 0.9
            return ((reply, status), ending(of: reply, status, isLate: isLate))
        }
        let duration = begin.duration(to: .now)
        record(call, status: status, duration)
        if call.method != "GET" {
            let answer = status.map { "\($0)" } ?? "no answer"
            CaseNotes.current?.note(.called, "\(call.title): \(answer) after \(Int(duration / .milliseconds(1))) ms")
        }
        return reply
    }

    /// Whether EMS says that it is available; outside the API proper, without an identity.
    func availability() async -> EMSReply {
        let call = EMSCall(method: "GET", route: "/availability", path: "/availability")
        let request = EMSRequest(
            method: "GET",
            url: configuration.baseURL + call.path,
            headers: [],
            body: nil,
            deadline: deadline,
            maximumAnswerSize: 1 << 20
        )
        do throws(EMSTransportFailure) {
            return EMSReply(try await transport.send(request), to: call)
        } catch {
            return Self.reply(error, call)
        }
    }

    private func attempt(_ call: EMSCall, _ deadline: ContinuousClock.Instant) async -> (EMSReply, status: Int?) {
        do throws(EMSTransportFailure) {
            var authorization = try await authorization(deadline)
            var answer = try await transport.send(request(call, authorization, deadline))
            if answer.status == 401, case .tokens(let tokens) = identity {
                await tokens.discard(String(authorization.dropFirst("Bearer ".count)))
                authorization = try await self.authorization(deadline)
                answer = try await transport.send(request(call, authorization, deadline))
            }
            return (EMSReply(answer, to: call), answer.status)
        } catch {
            return (Self.reply(error, call), nil)
        }
    }

    /// What a reply tells of how much EMS can take.
    private func ending(of reply: EMSReply, _ status: Int?, isLate: Bool) -> ConcurrencyLimit.Ending {
        switch reply {
        case .success, .notFound, .refused: .answered
        case .turnedAway(_, let retryAfter): status == 429 ? .turnedAway(retryAfter: retryAfter) : .untold
        case .failed(_, let retryAfter): status == 503 ? .turnedAway(retryAfter: retryAfter) : .untold
        // A connection that is refused or lost is quick, and says that nobody is there.
        case .noAnswer: isLate || status == 504 ? .timedOut : .untold
        case .notSent: .untold
        }
    }

    private static func reply(_ failure: EMSTransportFailure, _ call: EMSCall) -> EMSReply {
        switch failure {
        case .notSent(let reason): .notSent("\(call.title): \(reason)")
        case .noAnswer(let reason): .noAnswer("\(call.title): \(reason)")
        }
    }

    private func authorization(_ deadline: ContinuousClock.Instant) async throws(EMSTransportFailure) -> String {
        switch identity {
        case .fixed(let value): return value
        case .tokens(let tokens):
            do throws(AccessTokens.Problem) {
                return "Bearer " + (try await tokens.current(deadline: deadline))
            } catch {
                throw .notSent(error.message)
            }
        }
    }

    private func request(
        _ call: EMSCall,
        _ authorization: String,
        _ deadline: ContinuousClock.Instant
    ) -> EMSRequest {
        var headers: [(name: String, value: String)] = [
            (name: "Authorization", value: authorization), (name: "Accept", value: "application/json"),
        ]
        // EMS wants it on every POST, also on those without a body.
        if call.method != "GET" { headers.append((name: "Content-Type", value: "application/json")) }
        if let context = ServiceContext.current {
            InstrumentationSystem.instrument.inject(context, into: &headers, using: HeaderInjector())
        }
        return EMSRequest(
            method: call.method,
            url: configuration.apiURL + call.target,
            headers: headers,
            body: call.body?.compactBytes,
            deadline: deadline,
            maximumAnswerSize: configuration.maximumAnswerSize
        )
    }

    private func record(_ call: EMSCall, status: Int?, _ duration: Duration) {
        let outcome = status.map { "\($0 / 100)xx" } ?? "none"
        let dimensions = [("method", call.method), ("route", call.route), ("status", outcome)]
        Counter(label: "ems_calls_total", dimensions: dimensions).increment()
        Timer(label: "ems_call_duration", dimensions: [("method", call.method), ("route", call.route)])
            .record(duration: duration)
    }

    private struct HeaderInjector: Injector {
        func inject(_ value: String, forKey key: String, into carrier: inout [(name: String, value: String)]) {
            carrier.append((name: key, value: value))
        }
    }
}
