/// Compares lists of things that have names: states and transitions, codes, exchanges and queues.
struct KeyedComparison {
    /// A list of a document, and the members that name each thing in it.
    struct List: Hashable, Sendable {
        let name: String
        let keys: [String]
        /// Whether a document says something without any.
        var mayBeEmpty = false
    }

    /// The lists of each document.
    static let lists: [String: [List]] = [
        "lifecycle.json": [
            List(name: "states", keys: ["state"]), List(name: "commands", keys: ["command"]),
            List(name: "guards", keys: ["guard"], mayBeEmpty: true),
            List(name: "time", keys: ["from"], mayBeEmpty: true),
            List(name: "transitions", keys: ["from", "command"]),
        ],
        "codes.json": [List(name: "rejections", keys: ["code"]), List(name: "deadLetters", keys: ["reason"])],
        "topology.json": [
            List(name: "exchanges", keys: ["name"]), List(name: "queues", keys: ["name"]),
            List(name: "bindings", keys: ["source", "destination_type", "destination", "routing_key"]),
        ],
    ]

    let document: String
    private(set) var changes: [ContractChange] = []

    init(_ document: String) { self.document = document }

    /// Each thing by its names; what is only told to people is left out.
    private static func things(_ document: JSON, _ list: String, by names: [String]) -> [(key: String, value: JSON)] {
        (document[list]?.elements ?? []).map { thing in
            let key = names.compactMap { thing[$0]?.text }.joined(separator: " ")
            let members = (thing.object?.members ?? []).filter { !["meaning", "action"].contains($0.name) }
            return (key, .object(JSON.Object(members)))
        }
    }

    /// What was there must be there as it was; what is new breaks nobody unless it says so.
    mutating func compare(
        _ list: String,
        _ old: JSON,
        _ new: JSON,
        added: ContractChange.Verdict = .compatible,
        reader: (String) -> ContractChange.Verdict
    ) {
        let names = Self.lists[document]?.first { $0.name == list }?.keys ?? []
        let before = Self.things(old, list, by: names)
        let after = Self.things(new, list, by: names)
        for (key, value) in before {
            guard let now = after.first(where: { $0.key == key })?.value else {
                changes.append(ContractChange(reader(key), document, "\(list) \(key)", "removed"))
                continue
            }
            compareOperations(of: "\(list) \(key)", value["operations"], now["operations"], reader(key))
            for name in Self.names(value, now)
            where !names.contains(name) && name != "operations" && !Self.isSame(value[name], now[name]) {
                for text in Self.differences(value[name], now[name], at: name) {
                    changes.append(ContractChange(reader(key), document, "\(list) \(key)", text))
                }
            }
        }
        for (key, _) in after where !before.contains(where: { $0.key == key }) {
            changes.append(ContractChange(added, document, "\(list) \(key)", "new"))
        }
    }

    /// Which operations it is about: a further one was nobody's before.
    private mutating func compareOperations(
        of place: String,
        _ old: JSON?,
        _ new: JSON?,
        _ reader: ContractChange.Verdict
    ) {
        let before = old?.elements?.compactMap(\.text) ?? []
        let after = new?.elements?.compactMap(\.text) ?? []
        for name in before where !after.contains(name) {
            changes.append(ContractChange(reader, document, place, "operations \(name) removed"))
        }
        for name in after where !before.contains(name) {
            changes.append(ContractChange(.compatible, document, place, "operations \(name) added"))
        }
    }

    private static func names(_ old: JSON, _ new: JSON) -> [String] {
        let names = old.object?.members.map(\.name) ?? []
        return names + (new.object?.members.map(\.name) ?? []).filter { !names.contains($0) }
    }

    private static func isSame(_ old: JSON?, _ new: JSON?) -> Bool { old?.canonicalBytes == new?.canonicalBytes }

    /// Member by member, as far as both have members.
    private static func differences(_ old: JSON?, _ new: JSON?, at place: String) -> [String] {
        guard let old, let new, old.object != nil, new.object != nil else {
            return ["\(place) \(text(old)) → \(text(new))"]
        }
        return names(old, new).filter { !isSame(old[$0], new[$0]) }.flatMap {
            differences(old[$0], new[$0], at: "\(place).\($0)")
        }
    }

    private static func text(_ value: JSON?) -> String { value?.compactText ?? "none" }
}

extension KeyedComparison {
    /// States are a closed vocabulary; a cell that leads elsewhere gives the same command another result.
    static func lifecycle(from old: JSON, to new: JSON) -> [ContractChange] {
        var comparison = KeyedComparison("lifecycle.json")
        comparison.compare("states", old, new, added: .breaksSubscribers) { _ in .breaksSubscribers }
        comparison.compare("commands", old, new) { _ in .breaksPublishers }
        comparison.compare("guards", old, new) { _ in .breaksPublishers }
        // A state that ends by itself where it lasted before gives later commands another result.
        comparison.compare("time", old, new, added: .breaksPublishers) { _ in .breaksPublishers }
        comparison.compare("transitions", old, new) { _ in .breaksPublishers }
        return comparison.changes
    }

    /// Subscribers look codes up; new ones they are told to expect.
    static func codes(from old: JSON, to new: JSON) -> [ContractChange] {
        var comparison = KeyedComparison("codes.json")
        comparison.compare("rejections", old, new) { _ in .breaksSubscribers }
        comparison.compare("deadLetters", old, new) { _ in .breaksSubscribers }
        return comparison.changes
    }

    /// What exists with other arguments can't be declared again; events are the subscribers', all else the publishers'.
    static func topology(from old: JSON, to new: JSON) -> [ContractChange] {
        var comparison = KeyedComparison("topology.json")
        let reader = { (key: String) -> ContractChange.Verdict in
            key.contains(".events") ? .breaksSubscribers : .breaksPublishers
        }
        comparison.compare("exchanges", old, new, reader: reader)
        comparison.compare("queues", old, new, reader: reader)
        comparison.compare("bindings", old, new, reader: reader)
        return comparison.changes
    }
}
