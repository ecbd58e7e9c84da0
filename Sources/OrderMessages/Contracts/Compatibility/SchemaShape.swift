/// Whether a document is a JSON Schema of objects whose keywords have the types they must have.
enum SchemaShape {
    private static let texts = ["required"]
    private static let lists = ["enum"]
    private static let schemas = ["items", "additionalProperties", "propertyNames", "not"]
    private static let listsOfSchemas = ["allOf", "anyOf", "oneOf"]
    private static let namedSchemas = ["properties", "patternProperties", "$defs"]

    /// What is wrong, with the place in the document.
    static func problems(in document: JSON) -> [String] {
        guard document.object != nil else { return ["must be a schema of objects, is \(document.kind)"] }
        guard document["type"] == "object" else { return ["type must be \"object\": a message is one"] }
        guard document["properties"]?.object?.members.isEmpty == false else {
            return ["properties must be an object with members"]
        }
        return problems(in: document, at: JSONPath())
    }

    private static func problems(in schema: JSON, at path: JSONPath) -> [String] {
        if case .bool = schema { return [] }
        guard let object = schema.object else { return ["\(path) must be a schema, is \(schema.kind)"] }
        if let type = schema["type"], type.text == nil, type.elements?.contains(where: { $0.text == nil }) ?? true {
            return ["\(path.member("type")) must be text, or a list of texts"]
        }
        return object.members.flatMap { problems(in: $0.value, of: $0.name, at: path.member($0.name)) }
    }

    private static func problems(in value: JSON, of keyword: String, at path: JSONPath) -> [String] {
        if schemas.contains(keyword) { return problems(in: value, at: path) }
        if namedSchemas.contains(keyword) {
            guard let object = value.object else { return ["\(path) must be an object, is \(value.kind)"] }
            return object.members.flatMap { problems(in: $0.value, at: path.member($0.name)) }
        }
        guard (texts + lists + listsOfSchemas).contains(keyword) else { return [] }
        guard let elements = value.elements else { return ["\(path) must be a list, is \(value.kind)"] }
        if texts.contains(keyword), elements.contains(where: { $0.text == nil }) {
            return ["\(path) must be a list of texts"]
        }
        guard listsOfSchemas.contains(keyword) else { return [] }
        return elements.enumerated().flatMap { problems(in: $0.element, at: path.element($0.offset)) }
    }
}
