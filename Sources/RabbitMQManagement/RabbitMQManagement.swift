public import AMQP
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import RabbitMQ

/// Looks at a broker through its management API, which tells what AMQP can't: bindings, policies, permissions, flags.
public struct RabbitMQManagement: Sendable {
    private let address: ManagementAddress
    private let timeout: Duration

    /// The largest answer that is read.
    private static let maximumAnswerSize = 32 << 20

    /// Connects only when it is asked something.
    public init(address: ManagementAddress, timeout: Duration = .seconds(10)) {
        self.address = address
        self.timeout = timeout
    }

    /// Compares all that the management API tells with what is required, and changes nothing.
    ///
    /// `user` is who declares, publishes and consumes.
    public func compare(
        _ topology: Topology,
        virtualHost: String,
        user: String
    ) async throws(ManagementFailure) -> TopologyReport {
        let snapshot = try await snapshot(virtualHost: virtualHost, user: user)
        let mending = Mending(virtualHost: virtualHost, user: user, topology: topology)
        return ManagementComparison(topology: topology, snapshot: snapshot, mending: mending).report
    }

    private func snapshot(virtualHost: String, user: String) async throws(ManagementFailure) -> ManagementSnapshot {
        let (host, user) = (Self.encoded(virtualHost), Self.encoded(user))
        var snapshot = ManagementSnapshot()
        snapshot.overview = try await get("overview")
        snapshot.exchanges = try await get("exchanges/\(host)")
        let columns = "name,durable,auto_delete,exclusive,arguments,consumers,members,type"
        snapshot.queues = try await get("queues/\(host)?columns=\(columns)")
        snapshot.bindings = try await get("bindings/\(host)")
        snapshot.policies = try await get("policies/\(host)")
        snapshot.operatorPolicies = try await get("operator-policies/\(host)")
        snapshot.featureFlags = try await ifAllowed("feature-flags")
        snapshot.permissions = try await ifAllowed("permissions/\(host)/\(user)")
        snapshot.alarms = try await get("health/checks/alarms", alsoStatus: 503)
        return snapshot
    }

    /// `nil` when the user may not know; a wrong password would have shown before.
    private func ifAllowed<Value: Decodable>(_ path: String) async throws(ManagementFailure) -> Value? {
        do throws(ManagementFailure) {
            return try await get(path)
        } catch .loginRefused {
            return nil
        } catch .refused(_, _, let status) where [403, 404].contains(status) {
            return nil
        }
    }

    private func get<Value: Decodable>(
        _ path: String,
        alsoStatus other: UInt? = nil
    ) async throws(ManagementFailure) -> Value {
        let (status, body) = try await answer(path)
        guard status != 401 else { throw .loginRefused(address) }
        guard status == 200 || status == other else { throw .refused(address, path: path, status: Int(status)) }
        do {
            return try JSONDecoder().decode(Value.self, from: body)
        } catch {
            throw .unreadable(address, path: path, reason: Self.words(for: error))
        }
    }

    private func answer(_ path: String) async throws(ManagementFailure) -> (status: UInt, body: Data) {
        var request = HTTPClientRequest(url: "\(address.base)/api/\(path)")
        let login = Data("\(address.user):\(address.password)".utf8).base64EncodedString()
        request.headers.add(name: "authorization", value: "Basic \(login)")
        do {
            let response = try await HTTPClient.shared.execute(
                request,
                timeout: .nanoseconds(Int64(timeout / .nanoseconds(1)))
            )
            let body = try await response.body.collect(upTo: Self.maximumAnswerSize)
            return (response.status.code, Data(body.readableBytesView))
        } catch {
            throw .unreachable(address, reason: Self.words(for: error))
        }
    }

    private static func words(for error: any Error) -> String {
        switch error {
        case let error as HTTPClientError: error.shortDescription
        case let error as DecodingError: error.place
        default: "\(error)"
        }
    }

    private static func encoded(_ part: String) -> String {
        part.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? part
    }
}

extension DecodingError {
    /// Where the answer is otherwise, without what it holds.
    fileprivate var place: String {
        switch self {
        case .keyNotFound(let key, _): "no \(key.stringValue)"
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            context.codingPath.isEmpty
                ? "no JSON" : "at " + context.codingPath.map(\.stringValue).joined(separator: ".")
        @unknown default: "no JSON"
        }
    }
}
