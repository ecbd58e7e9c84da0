extension JSON {
    /// For people: indented by two spaces, but what fits on a line stands on one; a line break ends it.
    public var prettyText: String { pretty(indent: 0, room: Self.lineLength) + "\n" }

    private static let lineLength = 110

    private func pretty(indent: Int, room: Int) -> String {
        let line = onOneLine
        if line.count <= room { return line }
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch self {
        case .array(let elements):
            let lines = elements.map { inner + $0.pretty(indent: indent + 2, room: Self.lineLength - indent - 3) }
            return "[\n" + lines.joined(separator: ",\n") + "\n\(outer)]"
        case .object(let object):
            let lines = object.members.map { member in
                let name = JSON.string(member.name).compactText + ": "
                let value = member.value.pretty(indent: indent + 2, room: Self.lineLength - indent - 3 - name.count)
                return inner + name + value
            }
            return "{\n" + lines.joined(separator: ",\n") + "\n\(outer)}"
        case .null, .bool, .integer, .number, .string: return line
        }
    }

    private var onOneLine: String {
        switch self {
        case .array(let elements):
            elements.isEmpty ? "[]" : "[" + elements.map(\.onOneLine).joined(separator: ", ") + "]"
        case .object(let object):
            object.members.isEmpty
                ? "{}"
                : "{ "
                    + object.members.map { JSON.string($0.name).compactText + ": " + $0.value.onOneLine }
                    .joined(separator: ", ") + " }"
        case .null, .bool, .integer, .number, .string: compactText
        }
    }
}
