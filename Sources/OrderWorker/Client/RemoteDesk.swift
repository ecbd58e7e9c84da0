import Foundation
import FoundationNetworking
import OrderFulfilment

/// The desk of the worker that has the ledger, over HTTP.
struct RemoteDesk: OperatorDesk {
    let door: OperatorAccess.Door

    func perform(_ request: OperatorRequest) async throws -> OperatorAnswer {
        guard let url = URL(string: door.url + "/operator") else {
            throw CommandFailure(description: "the worker's address \(door.url) is none")
        }
        var call = URLRequest(url: url, timeoutInterval: 30)
        call.httpMethod = "POST"
        call.setValue("Bearer \(door.token)", forHTTPHeaderField: "Authorization")
        call.setValue("application/json", forHTTPHeaderField: "Content-Type")
        call.httpBody = try JSONEncoder().encode(request)
        let (body, response): (Data, URLResponse)
        do {
            (body, response) = try await URLSession.shared.data(for: call)
        } catch {
            throw CommandFailure(
                description:
                    "the worker that has the ledger doesn't answer at \(door.url): \(error.localizedDescription)"
            )
        }
        let status = (response as? HTTPURLResponse)?.statusCode ?? 0
        guard status == 200 else {
            let text = String(decoding: body, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            throw CommandFailure(description: "the worker at \(door.url) refuses with \(status): \(text)")
        }
        return try JSONDecoder().decode(OperatorAnswer.self, from: body)
    }
}
