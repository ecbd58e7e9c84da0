/// Whether documents are a whole published contract: what is missing, or is no list, would be compared as an empty one.
public enum ContractShape {
    /// What keeps them from being compared, for a person, with the document and the place in it.
    public static func problems(in documents: [String: JSON]) -> [String] {
        var problems: [String] = []
        for folder in ["commands", "outcomes", "dead-letters"]
        where !documents.keys.contains(where: { $0.hasPrefix("\(folder)/") }) {
            problems.append("\(folder)/ is missing, or has no schemas")
        }
        for name in KeyedComparison.lists.keys.sorted() where documents[name] == nil {
            problems.append("\(name) is missing")
        }
        for (path, document) in documents.sorted(by: { $0.key < $1.key }) {
            let found =
                if let lists = KeyedComparison.lists[path] {
                    self.problems(in: document, lists: lists)
                } else {
                    SchemaShape.problems(in: document)
                }
            problems += found.map { "\(path): \($0)" }
        }
        return problems.isEmpty ? missing(in: documents) : problems
    }

    private static func problems(in document: JSON, lists: [KeyedComparison.List]) -> [String] {
        guard document.object != nil else { return ["must be an object, is \(document.kind)"] }
        return lists.flatMap { list in
            guard let things = document[list.name] else { return ["\(list.name) is missing"] }
            guard let things = things.elements else { return ["\(list.name) must be a list, is \(things.kind)"] }
            if things.isEmpty, !list.mayBeEmpty { return ["\(list.name) must not be empty"] }
            return things.enumerated().compactMap { index, thing in
                problem(in: thing, keys: list.keys).map { "\(list.name)[\(index)]\($0)" }
            }
        }
    }

    private static func problem(in thing: JSON, keys: [String]) -> String? {
        guard thing.object != nil else { return " must be an object, is \(thing.kind)" }
        if let key = keys.first(where: { thing[$0]?.text == nil }) {
            return ".\(key) must be text, is \(thing[key]?.kind ?? "missing")"
        }
        guard let operations = thing["operations"] else { return nil }
        let isFine = operations.elements?.allSatisfy { $0.text != nil } ?? false
        return isFine ? nil : ".operations must be a list of texts"
    }

    /// The schemas of operations that the codes and the lifecycle name; only what changes something has previews.
    private static func missing(in documents: [String: JSON]) -> [String] {
        var wanted: Set<String> = []
        let sources = [
            ("codes.json", "rejections", "rejected"), ("codes.json", "deadLetters", "dead-lettered"),
            ("lifecycle.json", "commands", "previewed"),
        ]
        for (document, list, outcome) in sources {
            for thing in documents[document]?[list]?.elements ?? [] {
                for operation in thing["operations"]?.elements?.compactMap(\.text) ?? [] {
                    wanted.formUnion([
                        "commands/\(operation)", "outcomes/\(operation).succeeded", "outcomes/\(operation).\(outcome)",
                    ])
                }
            }
        }
        return wanted.sorted().filter { name in !documents.keys.contains { $0.hasPrefix("\(name).v") } }
            .map { "\($0).v1.schema.json is missing, though the operation is named" }
    }
}
