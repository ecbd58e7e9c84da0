import Foundation

/// Where RabbitMQ's management API is and who asks: `http://user:password@host:15672`, or `https://`.
public struct ManagementAddress: Hashable, Sendable {
    /// Why a text is no address, without the text: it may hold a password.
    public struct Invalid: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong.
        public let reason: String

        /// The reason and the form that is expected.
        public var description: String {
            "The address of the management API is not valid: \(reason). Expected http://user:password@host:15672"
        }
    }

    /// Scheme, host, port and path, without a slash at the end and without the password.
    public let base: String
    /// The user of the management API.
    public let user: String
    let password: String

    /// Parses a URL; user and password are RabbitMQ's defaults unless given.
    public init(_ url: String) throws(Invalid) {
        guard var parts = URLComponents(string: url) else { throw Invalid(reason: "it is no URL") }
        guard ["http", "https"].contains(parts.scheme?.lowercased()) else {
            throw Invalid(reason: "the scheme is neither http nor https")
        }
        guard parts.host?.isEmpty == false else { throw Invalid(reason: "there is no host") }
        guard parts.query == nil, parts.fragment == nil else { throw Invalid(reason: "it has a query or a fragment") }
        user = parts.user ?? "guest"
        password = parts.user == nil ? "guest" : parts.password ?? ""
        (parts.user, parts.password) = (nil, nil)
        if parts.port == nil { parts.port = parts.scheme?.lowercased() == "https" ? 15671 : 15672 }
        guard let text = parts.string else { throw Invalid(reason: "it is no URL") }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        // People copy the address of the API itself as well.
        self.base = base.hasSuffix("/api") ? String(base.dropLast(4)) : base
    }
}

extension ManagementAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address without its password.
    public var description: String { "\(base) (user '\(user)')" }

    /// The address without its password.
    public var debugDescription: String { description }

    /// No parts: `dump` must not print the password either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
