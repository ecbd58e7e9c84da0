import Foundation

/// OAuth 2.0 client credentials: one token for all calls, fetched once for whoever needs it at the same time.
actor AccessTokens {
    /// Why there is no token.
    struct Problem: Error { var message: String }

    private struct Token {
        var value: String
        var goodUntil: ContinuousClock.Instant
    }

    private let url: String
    private let form: [UInt8]
    private let transport: any EMSTransport
    private var token: Token?
    private var fetching: Task<Result<Token, Problem>, Never>?

    init(url: String, clientID: String, clientSecret: String, transport: any EMSTransport) {
        self.url = url
        self.transport = transport
        form = Array(
            "grant_type=client_credentials&client_id=\(clientID.percentEncoded)&client_secret=\(clientSecret.percentEncoded)"
                .utf8
        )
    }

    /// The token to use now.
    func current(deadline: ContinuousClock.Instant) async throws(Problem) -> String {
        if let token, ContinuousClock.now < token.goodUntil { return token.value }
        let task = fetching ?? Task { await fetch(deadline: deadline) }
        fetching = task
        let result = await task.value
        // Whoever comes back first clears the way for the next fetch; a later one must not clear that.
        if fetching == task {
            fetching = nil
            token = try? result.get()
        }
        return try result.get().value
    }

    /// EMS did not take it: the next call fetches another, unless somebody has done so already.
    func discard(_ value: String) {
        if token?.value == value { token = nil }
    }

    private func fetch(deadline: ContinuousClock.Instant) async -> Result<Token, Problem> {
        let request = EMSRequest(
            method: "POST",
            url: url,
            headers: [
                (name: "Content-Type", value: "application/x-www-form-urlencoded"),
                (name: "Accept", value: "application/json"),
            ],
            body: form,
            deadline: deadline,
            maximumAnswerSize: 1 << 20
        )
        let asked = ContinuousClock.now
        do throws(EMSTransportFailure) {
            let answer = try await transport.send(request)
            // The body of a failure is left out: some servers repeat what they were sent.
            guard answer.status == 200 else {
                return .failure(Problem(message: "EMS_TOKEN_URL answered \(answer.status) instead of a token"))
            }
            guard let body = try? TolerantJSON.read(answer.body), let value = body["access_token"]?.text else {
                return .failure(Problem(message: "the answer of EMS_TOKEN_URL holds no access_token"))
            }
            let seconds = max(1, body["expires_in"]?.count ?? 60)
            // Early enough that it is still good when a call arrives, also for very short lives.
            let early = min(30, seconds / 2)
            return .success(Token(value: value, goodUntil: asked + .seconds(seconds - early)))
        } catch {
            switch error {
            case .notSent(let reason), .noAnswer(let reason):
                return .failure(Problem(message: "no token from EMS_TOKEN_URL: \(reason)"))
            }
        }
    }
}
