import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// The transport over AsyncHTTPClient: HTTP/1.1 with kept-alive connections.
public struct AsyncHTTPTransport: EMSTransport {
    private let client: HTTPClient

    /// A transport for at most `connections` requests at once.
    ///
    /// ``shutdown()`` must be called in the end.
    public init(connections: Int, timeout: Duration) {
        var configuration = HTTPClient.Configuration()
        // One request per connection, so that the limit on connections is one on requests.
        configuration.httpVersion = .http1Only
        configuration.redirectConfiguration = .disallow
        // A refused connection must be told at once, as what it is: nothing was sent.
        configuration.connectionPool.retryConnectionEstablishment = false
        configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = max(1, connections)
        // Shorter than what servers commonly grant, since a request that crosses the server's close has no answer.
        configuration.connectionPool.idleTimeout = .seconds(10)
        configuration.timeout.connect = min(.seconds(10), TimeAmount(timeout))
        configuration.timeout.read = TimeAmount(timeout)
        configuration.decompression = .disabled
        client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }

    /// Sends the request and answers with whatever status came back.
    public func send(_ request: EMSRequest) async throws(EMSTransportFailure) -> EMSAnswer {
        let left = ContinuousClock.now.duration(to: request.deadline)
        guard left > .zero else { throw .notSent("its time was over before it could be sent") }
        var outgoing = HTTPClientRequest(url: request.url)
        outgoing.method = HTTPMethod(rawValue: request.method)
        for header in request.headers { outgoing.headers.add(name: header.name, value: header.value) }
        if let body = request.body { outgoing.body = .bytes(body) }
        do {
            let response = try await client.execute(outgoing, timeout: TimeAmount(left))
            return EMSAnswer(
                status: Int(response.status.code),
                headers: Self.headers(of: response),
                body: try await Self.body(of: response, request)
            )
        } catch {
            throw Self.failure(of: error)
        }
    }

    /// Closes the connections.
    public func shutdown() async {
        // It can fail only when it was called before.
        try? await client.shutdown()
    }

    private static func headers(of response: HTTPClientResponse) -> [String: String] {
        var headers: [String: String] = [:]
        for name in ["retry-after", "content-type", "location"] {
            headers[name] = response.headers.first(name: name)
        }
        return headers
    }

    /// The client's own deadline ends with the head; between two parts of the body its read timeout applies, and here
    /// the deadline of the whole.
    private static func body(
        of response: HTTPClientResponse,
        _ request: EMSRequest
    ) async throws -> [UInt8] {
        var body: [UInt8] = []
        for try await part in response.body {
            guard body.count + part.readableBytes <= request.maximumAnswerSize else {
                throw EMSTransportFailure.noAnswer("the answer is larger than \(request.maximumAnswerSize) bytes")
            }
            guard ContinuousClock.now < request.deadline else {
                throw EMSTransportFailure.noAnswer("the answer was not complete in time")
            }
            body.append(contentsOf: part.readableBytesView)
        }
        return body
    }

    private static func failure(of error: any Error) -> EMSTransportFailure {
        switch error {
        case let failure as EMSTransportFailure: return failure
        case is NIOConnectionError: return .notSent("the connection was not accepted")
        case let error as IOError where error.errnoCode == ECONNREFUSED:
            return .notSent("the connection was not accepted")
        case let error as HTTPClientError:
            switch error {
            case .connectTimeout, .getConnectionFromPoolTimeout: return .notSent("no connection in time")
            case .invalidURL, .emptyHost, .emptyScheme: return .notSent("the address is not valid")
            case .deadlineExceeded, .readTimeout: return .noAnswer("no answer in time")
            default: return .noAnswer("the connection was lost (\(error.shortDescription))")
            }
        case is CancellationError: return .noAnswer("the call was cancelled")
        default: return .noAnswer("the connection was lost (\(type(of: error)))")
        }
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
