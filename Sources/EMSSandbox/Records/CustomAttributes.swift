/// Names and values in their order.
struct CustomAttributes: Codable, Sendable, Equatable {
    /// One of them.
    struct Attribute: Codable, Sendable, Equatable {
        var name: String
        var value: String
    }

    var list: [Attribute] = []

    subscript(name: String) -> String? { list.first { $0.name == name }?.value }

    /// Replaces the values whose names are in the request, adds new ones, and leaves the others.
    mutating func merge(_ fields: Fields) throws(EMSError) {
        for attribute in try fields.list("customAttributes", "customAttribute") ?? [] {
            guard let name = try attribute.string("name"), !name.isEmpty else {
                throw .refused(.missing, "A custom attribute needs a name.")
            }
            set(name, try attribute.string("value") ?? "")
        }
    }

    mutating func set(_ name: String, _ value: String) {
        if let index = list.firstIndex(where: { $0.name == name }) {
            list[index].value = value
        } else {
            list.append(Attribute(name: name, value: value))
        }
    }

    /// Null when there are none.
    var wire: JSON {
        guard !list.isEmpty else { return .null }
        return [
            "customAttribute": .array(list.map { ["name": .string($0.name), "value": .string($0.value)] })
        ]
    }
}
