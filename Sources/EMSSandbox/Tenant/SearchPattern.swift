/// How a text filter compares.
enum SearchPattern: String {
    /// Begins with: the default, and a trap.
    case normal = "Normal"
    case like = "Like"
    case exact = "Exact"

    func matches(_ text: String, _ wanted: String) -> Bool {
        switch self {
        case .normal: text.hasPrefix(wanted)
        case .like: text.contains(wanted)
        case .exact: text == wanted
        }
    }
}
