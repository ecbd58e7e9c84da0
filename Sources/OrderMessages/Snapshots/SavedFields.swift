import SubscriptionLifecycle

/// An object of a saved snapshot, whose members are taken out as typed values.
///
/// No schema has been checked before: a member of another kind is refused, and never taken for one that isn't there.
struct SavedFields {
    let object: JSON.Object
    let path: JSONPath

    /// The object that is there.
    init(_ json: JSON, at path: JSONPath = JSONPath()) throws(SchemaViolation) {
        guard case .object(let object) = json else {
            throw SchemaViolation("must be an object, is \(json.kind)", at: path)
        }
        self.object = object
        self.path = path
    }

    func failure(_ name: String, _ message: String) -> SchemaViolation {
        SchemaViolation(message, at: path.member(name))
    }

    private func wrong(_ name: String, _ value: JSON, _ wanted: String) -> SchemaViolation {
        failure(name, "must be \(wanted), is \(value.kind)")
    }

    private func required<Value>(_ name: String, _ value: Value?) throws(SchemaViolation) -> Value {
        guard let value else { throw failure(name, "is required") }
        return value
    }

    // MARK: Optional members

    func text(ifPresent name: String) throws(SchemaViolation) -> String? {
        guard let value = object[name] else { return nil }
        guard case .string(let text) = value else { throw wrong(name, value, "text") }
        return text
    }

    func flag(ifPresent name: String) throws(SchemaViolation) -> Bool? {
        guard let value = object[name] else { return nil }
        guard case .bool(let flag) = value else { throw wrong(name, value, "true or false") }
        return flag
    }

    func fields(ifPresent name: String) throws(SchemaViolation) -> SavedFields? {
        guard let value = object[name] else { return nil }
        return try SavedFields(value, at: path.member(name))
    }

    func list(ifPresent name: String) throws(SchemaViolation) -> [SavedFields]? {
        guard let value = object[name] else { return nil }
        guard case .array(let elements) = value else { throw wrong(name, value, "a list") }
        var list: [SavedFields] = []
        for (index, element) in elements.enumerated() {
            list.append(try SavedFields(element, at: path.member(name).element(index)))
        }
        return list
    }

    func date(ifPresent name: String) throws(SchemaViolation) -> LocalDate? {
        guard let text = try text(ifPresent: name) else { return nil }
        guard let date = LocalDate(text) else { throw failure(name, "must be \(TextPattern.date.words)") }
        return date
    }

    /// A text for each name.
    func texts(byName name: String) throws(SchemaViolation) -> [String: String] {
        guard let inner = try fields(ifPresent: name) else { return [:] }
        var texts: [String: String] = [:]
        for member in inner.object.members { texts[member.name] = try inner.text(member.name) }
        return texts
    }

    // MARK: Required members

    func text(_ name: String) throws(SchemaViolation) -> String { try required(name, text(ifPresent: name)) }

    func date(_ name: String) throws(SchemaViolation) -> LocalDate { try required(name, date(ifPresent: name)) }

    func fields(_ name: String) throws(SchemaViolation) -> SavedFields { try required(name, fields(ifPresent: name)) }

    func list(_ name: String) throws(SchemaViolation) -> [SavedFields] { try required(name, list(ifPresent: name)) }

    func count(_ name: String, in range: ClosedRange<Int>) throws(SchemaViolation) -> Int {
        let value = try required(name, object[name])
        guard let count = value.wholeNumber else { throw wrong(name, value, "a whole number") }
        guard range.contains(count) else {
            throw failure(name, "must be from \(range.lowerBound) to \(range.upperBound), is \(count)")
        }
        return count
    }

    /// One of an enumeration's words.
    func word<Word: RawRepresentable<String> & CaseIterable>(
        _ name: String,
        _: Word.Type
    ) throws(SchemaViolation) -> Word {
        guard let word = Word(rawValue: try text(name)) else {
            throw failure(name, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return word
    }

    func subscriptionID(_ name: String) throws(SchemaViolation) -> SubscriptionID {
        guard let id = SubscriptionID(try text(name)) else {
            throw failure(name, "must be 1 to \(SubscriptionID.maximumLength) of A-Z a-z 0-9 . _ : -")
        }
        return id
    }
}
