public import SubscriptionLifecycle

/// What the gateway must know of the tenant.
public struct EMSConfiguration: Sendable {
    /// Up to and including the context, without a slash at the end: `https://acme.prod.sentinelcloud.com/ems`.
    public let baseURL: String
    /// Who the worker is for EMS.
    public let credentials: EMSCredentials
    /// How long an answer is awaited.
    public var timeout: Duration = .seconds(30)
    /// How long a write whose answer never came may still land.
    public var settle: Duration = .seconds(60)
    /// Calls in flight at once.
    public var concurrency = 64
    /// Where this project's marks are kept.
    public var attributeNames = LifecyclePolicies.AttributeNames()
    /// Whether an unknown customer that the command names is created.
    public var createsCustomers = true
    /// Whether an unknown contact is created.
    public var createsContacts = true
    /// How long it is taken as true that a product is enabled, or that a customer is there.
    public var cacheLifetime: Duration = .seconds(60)
    /// The largest body of an answer, in bytes.
    public var maximumAnswerSize = 64 << 20
    /// Rows of a page in a search.
    public var pageSize = 200

    /// Checks the address and the credentials; the rest has defaults.
    public init(baseURL: String, credentials: EMSCredentials) throws(EMSConfigurationProblem) {
        self.baseURL = try Self.checkedBase(baseURL)
        self.credentials = credentials
        try credentials.check()
    }

    /// The root of the API.
    var apiURL: String { baseURL + "/api/v5" }

    private static func checkedBase(_ text: String) throws(EMSConfigurationProblem) -> String {
        let example = "such as https://acme.prod.sentinelcloud.com/ems"
        var base = Substring(text)
        while base.last == "/", !base.hasSuffix("://") { base.removeLast() }
        let authorityAndPath = try EMSConfigurationProblem.afterScheme(of: base, named: "EMS_URL", example: example)
        let parts = authorityAndPath.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count > 1 else {
            throw EMSConfigurationProblem(
                "EMS_URL lacks the context; give the address up to and including it, \(example)."
            )
        }
        guard !parts.contains("api") else {
            throw EMSConfigurationProblem("EMS_URL ends with the context, without /api/v5; \(example).")
        }
        return String(base)
    }
}

/// Who the worker is for EMS.
///
/// Descriptions don't show secrets.
public enum EMSCredentials: Sendable {
    /// HTTP Basic.
    case basic(username: String, password: String)
    /// OAuth 2.0 client credentials.
    case clientCredentials(tokenURL: String, clientID: String, clientSecret: String)

    func check() throws(EMSConfigurationProblem) {
        switch self {
        case .basic(let username, let password):
            guard !username.isEmpty, !password.isEmpty else {
                throw EMSConfigurationProblem("EMS_USERNAME and EMS_PASSWORD must both be set.")
            }
            guard !username.contains(":") else {
                throw EMSConfigurationProblem("EMS_USERNAME must not contain a colon; HTTP Basic can't carry it.")
            }
        case .clientCredentials(let tokenURL, let clientID, let clientSecret):
            guard !clientID.isEmpty, !clientSecret.isEmpty else {
                throw EMSConfigurationProblem("EMS_CLIENT_ID and EMS_CLIENT_SECRET must both be set.")
            }
            _ = try EMSConfigurationProblem.afterScheme(
                of: Substring(tokenURL),
                named: "EMS_TOKEN_URL",
                example: "such as https://sso.example.com/realms/acme/protocol/openid-connect/token"
            )
        }
    }
}

extension EMSCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind and the name, never the secret.
    public var description: String {
        switch self {
        case .basic(let username, _): "basic \(username)"
        case .clientCredentials(_, let clientID, _): "client credentials \(clientID)"
        }
    }

    /// As ``description``.
    public var debugDescription: String { description }

    /// Shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// What is wrong with the configuration, and what to do.
public struct EMSConfigurationProblem: Error, Hashable, Sendable, CustomStringConvertible {
    /// For a person.
    public let description: String

    init(_ description: String) { self.description = description }

    /// What follows `http://` or `https://`; checks that the address has a host and no user, query or fragment.
    static func afterScheme(
        of text: Substring,
        named name: String,
        example: String
    ) throws(EMSConfigurationProblem) -> Substring {
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else {
            throw EMSConfigurationProblem("\(name) must begin with http:// or https://, \(example).")
        }
        let rest = text.dropFirst(scheme.count)
        let host = rest.prefix { $0 != "/" && $0 != ":" }
        guard !host.isEmpty else { throw EMSConfigurationProblem("\(name) names no host, \(example).") }
        guard !rest.prefix(while: { $0 != "/" }).contains("@") else {
            throw EMSConfigurationProblem("\(name) must not carry a user or password; they have settings of their own.")
        }
        guard !rest.contains(where: { $0 == "?" || $0 == "#" || $0.isWhitespace }) else {
            throw EMSConfigurationProblem("\(name) must not have a query, a fragment or spaces, \(example).")
        }
        return rest
    }
}
