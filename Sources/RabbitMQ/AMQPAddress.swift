/// Where a broker is and who connects: `amqp://user:password@host:port/virtual-host`, or `amqps://` for TLS.
public struct AMQPAddress: Hashable, Sendable {
    /// Why a text is no address.
    public struct Invalid: Error, Hashable, Sendable, CustomStringConvertible {
        /// What is wrong, without the text itself: it may hold a password.
        public let reason: String

        /// The reason and the form that is expected.
        public var description: String {
            "The AMQP address is not valid: \(reason). Expected amqp://user:password@host:5672/virtual-host"
        }
    }

    /// Whether the connection is encrypted.
    public var usesTLS: Bool
    /// Host name or IP address; an IPv6 address without its brackets.
    public var host: String
    /// TCP port.
    public var port: Int
    /// The broker's user.
    public var user: String
    /// The user's password.
    public var password: String
    /// The virtual host, `/` unless the path names another.
    public var virtualHost: String

    /// The address that a fresh RabbitMQ listens on, unless said otherwise.
    public init(
        host: String = "127.0.0.1",
        port: Int = 5672,
        user: String = "guest",
        password: String = "guest",
        virtualHost: String = "/",
        usesTLS: Bool = false
    ) {
        self.usesTLS = usesTLS
        self.host = host
        self.port = port
        self.user = user
        self.password = password
        self.virtualHost = virtualHost
    }

    /// Parses a URL.
    ///
    /// Missing parts have RabbitMQ's defaults; a missing or empty path is the virtual host `/`.
    public init(_ url: String) throws(Invalid) {
        guard let colon = url.firstRange(of: "://") else { throw Invalid(reason: "there is no ://") }
        switch url[..<colon.lowerBound].lowercased() {
        case "amqp": usesTLS = false
        case "amqps": usesTLS = true
        default: throw Invalid(reason: "the scheme is neither amqp nor amqps")
        }
        let rest = url[colon.upperBound...]
        guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else {
            throw Invalid(reason: "query parameters and fragments are not supported (write ? as %3F and # as %23)")
        }
        let authority = rest.prefix { $0 != "/" }
        let path = rest.dropFirst(authority.count + 1)
        guard !path.contains("/") else { throw Invalid(reason: "a / within the virtual host must be written as %2F") }
        virtualHost = path.isEmpty ? "/" : try Self.decoded(path, part: "virtual host")

        let at = authority.lastIndex(of: "@")
        let login = at.map { authority[..<$0] }
        let place = at.map { authority[authority.index(after: $0)...] } ?? authority
        (user, password) = ("guest", "guest")
        if let login {
            let parts = login.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            user = try Self.decoded(parts[0], part: "user")
            password = parts.count > 1 ? try Self.decoded(parts[1], part: "password") : ""
        }
        let portText: Substring?
        if place.hasPrefix("[") {
            guard let bracket = place.firstIndex(of: "]") else {
                throw Invalid(reason: "the [ of the host is not closed")
            }
            host = String(place[place.index(after: place.startIndex)..<bracket])
            let after = place[place.index(after: bracket)...]
            guard after.isEmpty || after.hasPrefix(":") else { throw Invalid(reason: "the port does not follow the ]") }
            portText = after.isEmpty ? nil : after.dropFirst()
        } else {
            let parts = place.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            host = try Self.decoded(parts.first ?? "", part: "host")
            portText = parts.count > 1 ? parts[1] : nil
        }
        if host.isEmpty { host = "127.0.0.1" }
        port = usesTLS ? 5671 : 5672
        if let portText, !portText.isEmpty {
            guard let number = Int(portText), (1...65535).contains(number) else {
                throw Invalid(reason: "the port is no number from 1 to 65535")
            }
            port = number
        }
        for (part, text) in [("host", host), ("user", user), ("password", password), ("virtual host", virtualHost)] {
            // A zero byte would end the text early on its way through C.
            guard !text.utf8.contains(0), text.utf8.count <= 255 else {
                throw Invalid(reason: "the \(part) holds a zero byte or is over 255 bytes")
            }
        }
    }

    private static func decoded(_ text: Substring, part: String) throws(Invalid) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, let code = UInt8(String(Substring(digits)), radix: 16) else {
                throw Invalid(reason: "a % in the \(part) is not followed by two hexadecimal digits")
            }
            bytes.append(code)
            rest = rest.dropFirst(2)
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Invalid(reason: "the \(part) is no UTF-8")
        }
        return decoded
    }
}

extension AMQPAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The address without its password.
    public var description: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return
            "\(usesTLS ? "amqps" : "amqp")://\(user):***@\(name):\(port)\(virtualHost == "/" ? "/" : "/\(virtualHost)")"
    }

    /// The address without its password.
    public var debugDescription: String { description }

    /// No parts: `dump` must not print the password either.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
