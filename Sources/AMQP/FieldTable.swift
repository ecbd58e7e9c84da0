/// A header table of AMQP 0-9-1: names with typed values, in the order of the wire.
///
/// Names may repeat on the wire; look-ups answer with the first.
public struct FieldTable: Hashable, Sendable {
    /// One named value.
    public struct Field: Hashable, Sendable {
        /// At most 255 bytes of UTF-8 on the wire.
        public var name: String

        /// The typed value.
        public var value: FieldValue

        /// Pairs a name with its value.
        public init(_ name: String, _ value: FieldValue) {
            self.name = name
            self.value = value
        }
    }

    /// The fields in the order of the wire.
    public var fields: [Field]

    /// Keeps the fields in the given order.
    public init(_ fields: [Field] = []) { self.fields = fields }

    /// Whether there is no field.
    public var isEmpty: Bool { fields.isEmpty }

    /// The first value of that name; setting replaces it in place, appends it, or with `nil` removes every field of the name.
    public subscript(name: String) -> FieldValue? {
        get { fields.first { $0.name == name }?.value }
        set {
            guard let newValue else { return fields.removeAll { $0.name == name } }
            if let index = fields.firstIndex(where: { $0.name == name }) {
                fields[index].value = newValue
            } else {
                fields.append(Field(name, newValue))
            }
        }
    }

    /// The text of the first field of that name, when it is a text.
    public func text(_ name: String) -> String? {
        if case .text(let text) = self[name] { text } else { nil }
    }
}

extension FieldTable: ExpressibleByDictionaryLiteral {
    /// Lets a literal stand for the table.
    public init(dictionaryLiteral elements: (String, FieldValue)...) {
        self.init(elements.map { Field($0.0, $0.1) })
    }
}

/// A value of a header table, in RabbitMQ's dialect of the 0-9-1 field types.
///
/// Source of the type letters: <https://www.rabbitmq.com/amqp-0-9-1-errata>, section 3.
public indirect enum FieldValue: Hashable, Sendable {
    /// `t`
    case boolean(Bool)
    /// `b`, `s`, `I`, `l`: signed, widened to 64 bits.
    case integer(Int64)
    /// `B`, `u`, `i`: unsigned, widened to 64 bits.
    case unsigned(UInt64)
    /// `f`, `d`
    case double(Double)
    /// `D`: value × 10^−scale.
    case decimal(scale: UInt8, value: UInt32)
    /// `S` whose bytes are UTF-8.
    case text(String)
    /// `x`, and `S` whose bytes are no UTF-8.
    case bytes([UInt8])
    /// `T`: seconds since 1970.
    case timestamp(UInt64)
    /// `A`
    case array([FieldValue])
    /// `F`
    case table(FieldTable)
    /// `V`
    case void
}

extension FieldValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }

    /// A signed integer.
    public init(integerLiteral value: Int64) { self = .integer(value) }

    /// A boolean.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}
