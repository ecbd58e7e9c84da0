extension Schema {
    /// What the exported schema shows: what was given, or what the kind itself tells.
    var shownExamples: [JSON] {
        guard examples.isEmpty else { return examples }
        return switch kind {
        case .flag: [true]
        case .constant(let text): [.string(text)]
        case .oneOf(let texts): texts.first.map { [.string($0)] } ?? []
        case .anything, .integer, .text, .scalar, .list, .object: []
        }
    }

    /// A value that fits: of an object its required members, and what its conditions want.
    ///
    /// `nil` when a part of it has no example.
    public var example: JSON? {
        if let shown = shownExamples.first { return shown }
        return switch kind {
        case .list(let rules): rules.element.example.map { .array([$0]) }
        case .object(let rules): rules.example.map(JSON.object)
        case .anything, .flag, .integer, .text, .constant, .oneOf, .scalar: nil
        }
    }
}

extension ObjectRules {
    fileprivate var example: JSON.Object? {
        let wanted = conditions.reduce(into: Set(properties.filter(\.isRequired).map(\.name))) { wanted, condition in
            switch condition {
            case .exactlyOne(let names), .oneNotEmpty(let names):
                if wanted.isDisjoint(with: names), let first = names.first { wanted.insert(first) }
            case .together(let names):
                if !wanted.isDisjoint(with: names) { wanted.formUnion(names) }
            }
        }
        var object = JSON.Object()
        for property in properties where wanted.contains(property.name) {
            guard let value = property.schema.example else { return nil }
            object.append(property.name, value)
        }
        return object
    }
}
