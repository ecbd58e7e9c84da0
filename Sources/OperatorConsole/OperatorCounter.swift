import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import OrderFulfilment

/// Where operators' commands ask the worker that has the ledger to change it.
///
/// Whoever asks must know the token, which lies in a file that only the worker's account can read. That alone keeps web
/// pages out: they can't know it, and a browser doesn't let them send such a header here. What a browser sends is refused
/// all the same.
struct OperatorCounter: Sendable {
    let desk: any OperatorDesk
    let token: String

    /// Bytes of a request; the largest is a note of a letter.
    private static let largestRequest = 1 << 16

    func answer(_ request: Request) async -> Response {
        guard request.headers[.origin] == nil else { return said(.forbidden, "not from a browser") }
        let given = request.headers[.authorization] ?? ""
        guard Self.isSame(given, "Bearer \(token)") else {
            return said(.unauthorized, "the token is not this worker's")
        }
        let asked: OperatorRequest
        do {
            let body = try await request.body.collect(upTo: Self.largestRequest)
            asked = try JSONDecoder().decode(OperatorRequest.self, from: Data(body.readableBytesView))
        } catch {
            return said(.badRequest, "the request can't be read; is the order-worker of the same release?")
        }
        do {
            let answer = try await desk.perform(asked)
            let body = ByteBuffer(bytes: try JSONEncoder().encode(answer))
            return Response(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: ResponseBody(byteBuffer: body)
            )
        } catch {
            return said(.serviceUnavailable, "\(error)")
        }
    }

    private func said(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status,
            headers: [.contentType: "text/plain; charset=utf-8", .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text + "\n"))
        )
    }

    /// Takes as long for every wrong token of that length.
    private static func isSame(_ given: String, _ expected: String) -> Bool {
        guard given.utf8.count == expected.utf8.count else { return false }
        return zip(given.utf8, expected.utf8).reduce(0) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
