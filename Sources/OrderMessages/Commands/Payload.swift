import SubscriptionLifecycle

/// An object whose members are taken out as typed values, each failure with its path.
///
/// The schema has been checked before; what fails here is what only the domain's own types can tell.
struct Payload {
    let object: JSON.Object
    let path: JSONPath

    func failure(_ name: String, _ message: String) -> SchemaViolation {
        SchemaViolation(message, at: path.member(name))
    }

    // MARK: Optional members

    func text(ifPresent name: String) -> String? { object[name]?.text }

    func count(ifPresent name: String) -> Int? { object[name]?.wholeNumber }

    func flag(ifPresent name: String) -> Bool? { if case .bool(let flag) = object[name] { flag } else { nil } }

    func payload(ifPresent name: String) -> Payload? {
        object[name]?.object.map { Payload(object: $0, path: path.member(name)) }
    }

    func payloads(ifPresent name: String) -> [Payload] {
        (object[name]?.elements ?? []).enumerated().compactMap { index, value in
            value.object.map { Payload(object: $0, path: path.member(name).element(index)) }
        }
    }

    func texts(ifPresent name: String) -> [String] { (object[name]?.elements ?? []).compactMap(\.text) }

    func date(ifPresent name: String) throws(SchemaViolation) -> LocalDate? {
        guard let text = text(ifPresent: name) else { return nil }
        guard let date = LocalDate(text) else { throw failure(name, "must be \(TextPattern.date.words)") }
        return date
    }

    /// One of an enumeration's words.
    func word<Word: RawRepresentable<String>>(ifPresent name: String, _: Word.Type) throws(SchemaViolation) -> Word? {
        guard let text = text(ifPresent: name) else { return nil }
        guard let word = Word(rawValue: text) else { throw failure(name, "is a word that is not known here") }
        return word
    }

    /// A text for each name.
    func texts(byName name: String) -> [String: String] {
        var texts: [String: String] = [:]
        for member in object[name]?.object?.members ?? [] { texts[member.name] = member.value.text }
        return texts
    }

    // MARK: Required members

    func text(_ name: String) throws(SchemaViolation) -> String {
        guard let text = text(ifPresent: name) else { throw failure(name, "is required") }
        return text
    }

    func count(_ name: String) throws(SchemaViolation) -> Int {
        guard let count = count(ifPresent: name) else { throw failure(name, "is required") }
        return count
    }

    func date(_ name: String) throws(SchemaViolation) -> LocalDate {
        guard let date = try date(ifPresent: name) else { throw failure(name, "is required") }
        return date
    }

    func payload(_ name: String) throws(SchemaViolation) -> Payload {
        guard let payload = payload(ifPresent: name) else { throw failure(name, "is required") }
        return payload
    }
}

extension Payload {
    func subscriptionID(_ name: String) throws(SchemaViolation) -> SubscriptionID {
        guard let id = SubscriptionID(try text(name)) else {
            throw failure(name, "must be 1 to \(SubscriptionID.maximumLength) of A-Z a-z 0-9 . _ : -")
        }
        return id
    }

    func lineID(_ name: String) throws(SchemaViolation) -> LineID {
        guard let id = LineID(try text(name)) else {
            throw failure(name, "must be 1 to \(LineID.maximumLength) of A-Z a-z 0-9 . _ : -")
        }
        return id
    }
}
