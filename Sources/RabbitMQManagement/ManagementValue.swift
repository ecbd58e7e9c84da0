import AMQP

/// An argument as the management API shows it.
enum ManagementValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case integer(Int64)
    case double(Double)
    case text(String)
    case array([ManagementValue])
    case object([String: ManagementValue])

    /// What the API shows for an argument that was declared with that value; `nil` when JSON can't tell.
    init?(_ value: FieldValue) {
        switch value {
        case .boolean(let flag): self = .boolean(flag)
        case .integer(let number): self = .integer(number)
        case .unsigned(let number), .timestamp(let number): self = .integer(Int64(clamping: number))
        case .double(let number): self = .double(number)
        case .text(let text): self = .text(text)
        case .array(let values):
            let mapped = values.compactMap(ManagementValue.init)
            guard mapped.count == values.count else { return nil }
            self = .array(mapped)
        case .table(let table):
            var object: [String: ManagementValue] = [:]
            for field in table.fields {
                guard let value = ManagementValue(field.value) else { return nil }
                object[field.name] = value
            }
            self = .object(object)
        case .void: self = .null
        case .decimal, .bytes: return nil
        }
    }

    var number: Int64? { if case .integer(let number) = self { number } else { nil } }
}

extension ManagementValue: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): String(flag)
        case .integer(let number): String(number)
        case .double(let number): String(number)
        case .text(let text): text
        case .array(let values): "[" + values.map(\.description).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }.joined(separator: ", ") + "}"
        }
    }
}

extension ManagementValue: Decodable {
    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .boolean(flag)
        } else if let number = try? container.decode(Int64.self) {
            self = .integer(number)
        } else if let number = try? container.decode(Double.self) {
            self = .double(number)
        } else if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let values = try? container.decode([ManagementValue].self) {
            self = .array(values)
        } else {
            self = .object(try container.decode([String: ManagementValue].self))
        }
    }
}

/// Named arguments; RabbitMQ writes an empty table as `{}` or as `[]`.
struct ManagementArguments: Hashable, Sendable, Decodable {
    var values: [String: ManagementValue]

    init(_ values: [String: ManagementValue] = [:]) { self.values = values }

    init(from decoder: any Decoder) throws {
        if case .object(let values) = try ManagementValue(from: decoder) { self.values = values } else { values = [:] }
    }
}
