/// Compares the documents of two published contracts, as data: any older folder will do.
///
/// AsyncAPI and examples aren't looked at: they say again what the schemas say.
public enum ContractComparison {
    /// Every difference that programs can notice, those that break somebody first.
    public static func changes(from old: [String: JSON], to new: [String: JSON]) -> [ContractChange] {
        var changes: [ContractChange] = []
        for path in Set(old.keys).union(new.keys).sorted() {
            guard let kind = Kind(path) else { continue }
            let name = kind.name(of: path)
            switch (old[path], new[path]) {
            case (nil, nil): break
            case (nil, _?): changes.append(ContractChange(.compatible, name, "", "new"))
            case (_?, nil): changes.append(ContractChange(kind.reader, name, "", "removed"))
            case (let before?, let after?): changes += kind.changes(from: before, to: after, in: name)
            }
        }
        return changes.filter { $0.verdict != .compatible } + changes.filter { $0.verdict == .compatible }
    }

    /// Whether a file below `Contracts/` is one that is compared.
    public static func isCompared(_ path: String) -> Bool { Kind(path) != nil }
}

extension ContractComparison {
    /// What a document is, and so who reads it.
    enum Kind {
        case command
        /// An outcome, or another message of the worker's.
        case outcome
        case lifecycle
        case codes
        case topology

        init?(_ path: String) {
            switch path {
            case "lifecycle.json": self = .lifecycle
            case "codes.json": self = .codes
            case "topology.json": self = .topology
            default:
                // Schemas elsewhere, as a client's own beside its code, are none of the contract's.
                let parts = path.split(separator: "/", omittingEmptySubsequences: false)
                guard parts.count == 2, parts[1].hasSuffix(".schema.json") else { return nil }
                switch parts[0] {
                case "commands": self = .command
                case "outcomes", "dead-letters": self = .outcome
                default: return nil
                }
            }
        }

        func name(of path: String) -> String {
            path.hasSuffix(".schema.json") ? String(path.dropLast(".schema.json".count)) : path
        }

        /// Whom it breaks when there is less of it.
        var reader: ContractChange.Verdict {
            switch self {
            case .command, .lifecycle, .topology: .breaksPublishers
            case .outcome, .codes: .breaksSubscribers
            }
        }

        func changes(from old: JSON, to new: JSON, in document: String) -> [ContractChange] {
            switch self {
            case .command, .outcome:
                SchemaComparison.differences(from: old, to: new).map { difference in
                    ContractChange(verdict(on: difference), document, difference.place, difference.what)
                }
            case .lifecycle: KeyedComparison.lifecycle(from: old, to: new)
            case .codes: KeyedComparison.codes(from: old, to: new)
            case .topology: KeyedComparison.topology(from: old, to: new)
            }
        }

        /// Publishers need all that was allowed to be allowed; subscribers need nothing to come that wasn't announced.
        private func verdict(on difference: SchemaComparison.Difference) -> ContractChange.Verdict {
            let isCommand = if case .command = self { true } else { false }
            switch difference.effect {
            case .same: return .compatible
            case .unclear: return reader
            case .narrower: return isCommand ? reader : .compatible
            case .wider where isCommand: return .compatible
            // Subscribers are told to expect codes that they don't know.
            case .wider where difference.isNewCode: return .compatible
            case .wider: return reader
            }
        }
    }
}

extension SchemaComparison.Difference {
    fileprivate var isNewCode: Bool {
        ["data.rejection.code", "data.deadLetter.reason", "dead-letter-reason"].contains(place)
            && what.hasPrefix("value ") && what.hasSuffix(" added")
    }
}
