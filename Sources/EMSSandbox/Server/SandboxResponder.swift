import HTTPTypes
import Hummingbird
import NIOCore
import ServiceLifecycle

/// Takes every request: control, availability, or the API with the faults that are armed.
struct SandboxResponder: HTTPResponder {
    static let apiRoot = "/ems/api/v5"
    static let largestBody = 1 << 20

    let store: Store
    let username: String
    let password: String

    func respond(to request: Request, context: SandboxContext) async throws -> Response {
        let target = request.head.path ?? "/"
        let path = target.prefix { $0 != "?" }
        let query = target.dropFirst(path.count + 1)
        if path == "/sandbox" || path.hasPrefix("/sandbox/") {
            guard context.isLoopback else { return EMSError.notFound.reply.response }
            return try await answer { () async throws -> Reply in
                let body = try await self.body(of: request)
                return try await Control(store: store).answer(request.method, path, body)
            }
        }
        let isAPI = path.hasPrefix(Self.apiRoot + "/")
        let match = isAPI ? Endpoint.match(request.method, path.dropFirst(Self.apiRoot.count)) : .nothing
        if isAPI { store.countCall(match) }
        if let fault = store.takeFault(request.method, path, match) {
            return try await suffer(fault, request, context, match, query)
        }
        if path == "/ems/availability" { return Reply.ok(["availability": "UP"]).response }
        return try await respond(to: request, match, query)
    }

    private func respond(to request: Request, _ match: Endpoint.Match, _ query: Substring) async throws -> Response {
        try await answer { () async throws -> Reply in
            let (endpoint, call) = try await admit(request, match, query)
            return await store.answer(endpoint, call)
        }
    }

    /// What a fault does to a call.
    private func suffer(
        _ fault: Fault,
        _ request: Request,
        _ context: SandboxContext,
        _ match: Endpoint.Match,
        _ query: Substring
    ) async throws -> Response {
        switch fault.effect {
        case .status(let code, let retryAfter):
            await wait(fault.delay)
            var reply = EMSError(.init(code: code), .injected, "A fault of the sandbox.").reply
            if let retryAfter { reply.headers[.retryAfter] = String(retryAfter) }
            return reply.response
        case .dropBefore:
            await wait(fault.delay)
            return await drop(context)
        case .dropAfter:
            _ = try await respond(to: request, match, query)
            await wait(fault.delay)
            return await drop(context)
        case .dropLate:
            if let (endpoint, call) = try? await admit(request, match, query) {
                let generation = store.generation
                // It must outlive the request, whose connection is gone by then.
                Task {
                    try await Task.sleep(for: fault.delay)
                    _ = await store.answer(endpoint, call, only: generation)
                }
            }
            return await drop(context)
        case .slow:
            let response = try await respond(to: request, match, query)
            await wait(fault.delay)
            return response
        }
    }

    /// A shutdown doesn't wait for it, and neither does a client that has gone.
    private func wait(_ delay: Duration) async {
        guard delay > .zero else { return }
        try? await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
    }

    /// Closes the connection; what is returned is then never sent.
    private func drop(_ context: SandboxContext) async -> Response {
        try? await context.channel.close()
        return Response(status: .internalServerError)
    }

    /// Everything that is checked before the tenant sees a call.
    private func admit(
        _ request: Request,
        _ match: Endpoint.Match,
        _ query: Substring
    ) async throws -> (Endpoint, Call) {
        guard BasicCredentials.accept(request.headers[.authorization], username, password) else {
            throw EMSError(.unauthorized, .unauthorized, "The user name or password is wrong.")
        }
        switch match {
        case .nothing: throw EMSError.notFound
        case .otherMethod: throw EMSError(.methodNotAllowed, .methodNotAllowed, "The method isn't allowed here.")
        case .found(let endpoint, let segment):
            if endpoint.needsContentType, !Self.isJSON(request.headers[.contentType]) {
                throw EMSError(
                    .unsupportedMediaType,
                    .unsupportedMediaType,
                    "The Content-Type must be application/json, also without a body."
                )
            }
            var call = Call(
                key: try segment.map { segment throws(EMSError) in try ResourceKey(segment) },
                query: try Query(query),
                user: username.lowercased(),
                now: store.now
            )
            if endpoint.takesBody { call.body = try await body(of: request) }
            return (endpoint, call)
        }
    }

    private static func isJSON(_ contentType: String?) -> Bool {
        let mediaType = contentType?.prefix { $0 != ";" && $0 != " " }.lowercased()
        return mediaType == "application/json"
    }

    private func body(of request: Request) async throws -> JSON? {
        let buffer: ByteBuffer
        do {
            buffer = try await request.body.collect(upTo: Self.largestBody)
        } catch is NIOTooManyBytesError {
            throw EMSError(.contentTooLarge, .tooLarge, "The body is larger than \(Self.largestBody) bytes.")
        }
        guard buffer.readableBytes > 0 else { return nil }
        do {
            return try JSONParser.parse(Array(buffer.readableBytesView))
        } catch {
            throw EMSError.invalidJSON("\(error.reason) at byte \(error.offset)")
        }
    }

    private func answer(_ work: () async throws -> Reply) async throws -> Response {
        do {
            return try await work().response
        } catch let error as EMSError {
            return error.reply.response
        }
    }
}

extension Reply {
    fileprivate var response: Response {
        var headers = headers
        if status == .unauthorized { headers[.wwwAuthenticate] = "Basic realm=\"EMS\"" }
        guard let body else { return Response(status: status, headers: headers) }
        headers[.contentType] = "application/json"
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: body.bytes)))
    }
}
