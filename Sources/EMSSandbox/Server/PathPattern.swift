/// Which paths a fault strikes.
///
/// - with `{key}`: a route, such as `/entitlements/{key}/close`
/// - with `*` (any characters): the whole path, such as `*/externalId=SUB-1*`
/// - starting with `=`: exactly this path, such as `=/entitlements`
/// - otherwise: every path that begins so, such as `/entitlements`
///
/// Paths are below `/ems/api/v5`, percent-decoded; one that starts with `/ems/` is the full path.
struct PathPattern: Sendable, Equatable {
    let text: String

    init(_ text: String) {
        let root = SandboxResponder.apiRoot
        self.text = text.hasPrefix(root + "/") ? String(text.dropFirst(root.count)) : text
    }

    func matches(_ path: Substring, _ match: Endpoint.Match) -> Bool {
        if text.contains("{") {
            guard case .found(let endpoint, _) = match else { return false }
            return endpoint.path == text
        }
        let root = SandboxResponder.apiRoot
        let relative = path.hasPrefix(root + "/") ? path.dropFirst(root.count) : path
        let decoded = (try? PercentEncoding.decode(relative)) ?? String(relative)
        if text.hasPrefix("=") { return decoded == text.dropFirst() }
        return text.contains("*") ? Self.glob(Array(text), Array(decoded)) : decoded.hasPrefix(text)
    }

    /// One star is remembered at a time, so that no pattern takes exponential time.
    private static func glob(_ pattern: [Character], _ text: [Character]) -> Bool {
        var inPattern = 0
        var inText = 0
        var star: (pattern: Int, text: Int)?
        while inText < text.count {
            if inPattern < pattern.count, pattern[inPattern] == "*" {
                star = (inPattern, inText)
                inPattern += 1
            } else if inPattern < pattern.count, pattern[inPattern] == text[inText] {
                inPattern += 1
                inText += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                inPattern = last.pattern + 1
                inText = last.text + 1
            } else {
                return false
            }
        }
        return pattern[inPattern...].allSatisfy { $0 == "*" }
    }
}
