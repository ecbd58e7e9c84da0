import OrderMessages

/// JSON that EMS wrote, read tolerantly: what is `null`, empty or of another shape counts as not set.
///
/// Only shapes are tolerated. The bytes must be JSON as strictly as everywhere else in this project: a name that stands
/// twice, half a character or endless nesting leave open what EMS meant, and a guess could change the wrong line. Such
/// an answer is unreadable, which callers make a transient failure: no verdict on an order, and not an absence.
struct TolerantJSON {
    private let json: JSON

    init(_ json: JSON) { self.json = json }

    /// The one value that the bytes hold.
    static func read(_ bytes: [UInt8]) throws(UnreadableAnswer) -> TolerantJSON {
        do throws(JSONError) {
            return TolerantJSON(try JSONReader.read(bytes))
        } catch {
            throw UnreadableAnswer(message: "the answer can't be read as JSON (\(error))")
        }
    }

    /// The member of that name; `nil` when this is no object, has none, or has `null`.
    subscript(name: String) -> TolerantJSON? {
        switch json[name] {
        case .null, nil: nil
        case let found?: TolerantJSON(found)
        }
    }

    /// A text that is not empty; numbers and flags as they would be written.
    var text: String? {
        switch json {
        case .string(let text): text.isEmpty ? nil : text
        case .bool(let flag): String(flag)
        case .integer(let number): String(number)
        // Swift's form, since a version `1.0` must not become `1`. A larger number has lost digits: better no id than
        // another's.
        case .number(let number): number.magnitude < 0x1p53 ? String(number) : nil
        case .null, .array, .object: nil
        }
    }

    /// A whole number, written as a number (`10`, `10.0`) or as a text.
    var count: Int? {
        json.wholeNumber ?? text.flatMap { Int($0) ?? Double($0).flatMap { Int(exactly: $0) } }
    }

    /// A flag, written as one or as a text.
    var flag: Bool? {
        switch text?.lowercased() {
        case "true": true
        case "false": false
        case .some, nil: nil
        }
    }

    /// The elements of `{outer: {inner: […]}}`: none when either is missing, and one when a single object stands in
    /// place of the list.
    func elements(_ outer: String, _ inner: String) -> [TolerantJSON] {
        switch json[outer]?[inner] {
        case .array(let elements): elements.map(TolerantJSON.init)
        case .object(let members): [TolerantJSON(.object(members))]
        case .null, .bool, .integer, .number, .string, nil: []
        }
    }
}
