import HTTPTypes

/// `/sandbox/…`: what no EMS has.
///
/// Answered on loopback only, without authentication.
struct Control: Sendable {
    let store: Store

    func answer(_ method: HTTPRequest.Method, _ path: Substring, _ body: JSON?) async throws(EMSError) -> Reply {
        switch (method, path) {
        case (.get, "/sandbox/calls"):
            return .ok(store.callCounts.wire)
        case (.get, "/sandbox/faults"):
            return .ok(["faults": .array(store.armedFaults.map(\.wire))])
        case (.post, "/sandbox/faults"):
            guard let body else { throw .invalidJSON("the body is missing") }
            return Reply(status: .created, body: ["fault": store.addFault(try Fault(body)).wire])
        case (.delete, "/sandbox/faults"):
            store.clearFaults()
            return .noContent
        case (.post, "/sandbox/products"):
            guard let body else { throw .invalidJSON("the body is missing") }
            return try await store.putProduct(body)
        case (.delete, "/sandbox/state"):
            await store.reset()
            return .noContent
        default: throw .notFound
        }
    }
}
