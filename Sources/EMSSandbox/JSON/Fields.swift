/// Typed reading of a request object: absent and null are nil, a wrong type is error 152, unknown members are ignored.
struct Fields {
    private let object: JSONObject
    private let path: String

    init(_ json: JSON, path: String) throws(EMSError) {
        guard case .object(let object) = json else {
            throw .invalidJSON("'\(path)' must be an object, not \(json.kind)")
        }
        self.object = object
        self.path = path
    }

    private func member(_ name: String) -> JSON? {
        object[name].flatMap { $0 == .null ? nil : $0 }
    }

    private func wrong(_ name: String, _ wanted: String, _ json: JSON) -> EMSError {
        .invalidJSON("'\(path).\(name)' must be \(wanted), not \(json.kind)")
    }

    func string(_ name: String) throws(EMSError) -> String? {
        guard let json = member(name) else { return nil }
        guard case .string(let value) = json else { throw wrong(name, "a string", json) }
        return value
    }

    func integer(_ name: String) throws(EMSError) -> Int? {
        guard let json = member(name) else { return nil }
        guard case .integer(let value) = json else { throw wrong(name, "a whole number", json) }
        // Far beyond any quantity, and sums of two of them can't overflow.
        guard value.magnitude <= 1_000_000_000 else { throw .invalidJSON("'\(path).\(name)' is out of range") }
        return value
    }

    /// A number, or the text of one, as EMS has them in `expiryInDays` and `fixedQuantity`; an empty text is nil.
    func integerOrText(_ name: String) throws(EMSError) -> Int? {
        guard case .string(let text) = member(name) else { return try integer(name) }
        guard !text.isEmpty else { return nil }
        guard let value = Int(text), value.magnitude <= 1_000_000_000 else {
            throw .invalidJSON("'\(path).\(name)' must be a whole number")
        }
        return value
    }

    func number(_ name: String) throws(EMSError) -> Double? {
        guard let json = member(name) else { return nil }
        switch json {
        case .integer(let value): return Double(value)
        case .number(let value): return value
        case .null, .bool, .string, .array, .object: throw wrong(name, "a number", json)
        }
    }

    func bool(_ name: String) throws(EMSError) -> Bool? {
        guard let json = member(name) else { return nil }
        guard case .bool(let value) = json else { throw wrong(name, "a boolean", json) }
        return value
    }

    /// A business date; the empty text is nil.
    func date(_ name: String) throws(EMSError) -> CalendarDate? {
        guard let text = try string(name), !text.isEmpty else { return nil }
        guard let date = CalendarDate(text) else {
            throw .invalidJSON("'\(path).\(name)' must be a date as YYYY-MM-DD")
        }
        return date
    }

    func state(_ name: String = "state") throws(EMSError) -> EMSState? {
        guard let text = try string(name), !text.isEmpty else { return nil }
        guard let state = EMSState(rawValue: text) else {
            throw .invalidJSON("'\(path).\(name)' must be DRAFT, ENABLE, DISABLE or CLOSED")
        }
        return state
    }

    func fields(_ name: String) throws(EMSError) -> Fields? {
        guard let json = member(name) else { return nil }
        return try Fields(json, path: "\(path).\(name)")
    }

    /// The elements of a list in its wrapper, such as `productKeys.productKey`; nil when the list is absent.
    func list(_ wrapper: String, _ name: String) throws(EMSError) -> [Fields]? {
        guard let wrapped = try fields(wrapper), let json = wrapped.member(name) else { return nil }
        guard case .array(let elements) = json else { throw wrapped.wrong(name, "an array", json) }
        var list: [Fields] = []
        for (index, element) in elements.enumerated() {
            list.append(try Fields(element, path: "\(wrapped.path).\(name)[\(index)]"))
        }
        return list
    }
}
