import AMQP

extension Topology.Exchange.Kind {
    /// Whether a message with that key takes a binding with this one.
    func matches(_ binding: RoutingKey, _ key: RoutingKey) -> Bool {
        switch self {
        case .direct: binding == key
        case .fanout: true
        case .topic: Self.matches(words(binding)[...], words(key)[...])
        }
    }

    private func words(_ key: RoutingKey) -> [Substring] {
        key.rawValue.split(separator: ".", omittingEmptySubsequences: false)
    }

    /// `*` stands for one word, `#` for any number of them.
    private static func matches(_ pattern: ArraySlice<Substring>, _ words: ArraySlice<Substring>) -> Bool {
        guard let first = pattern.first else { return words.isEmpty }
        if first == "#" {
            return matches(pattern.dropFirst(), words) || (!words.isEmpty && matches(pattern, words.dropFirst()))
        }
        guard let word = words.first, first == "*" || first == word else { return false }
        return matches(pattern.dropFirst(), words.dropFirst())
    }
}
