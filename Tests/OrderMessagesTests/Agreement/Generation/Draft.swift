import OrderMessages

/// JSON as somebody might write it: numbers and texts keep their spelling, and a name may stand twice.
indirect enum Draft: Hashable, Sendable {
    struct Member: Hashable, Sendable {
        var name: String
        var value: Draft

        init(_ name: String, _ value: Draft) {
            self.name = name
            self.value = value
        }
    }

    /// As it stands: `null`, `true`, `10E-1`, or a text that no String can hold, such as `"\ud800"`.
    case word(String)
    /// A text.
    case text(String)
    /// A text of which every unit is written as `\u....`.
    case escaped(String)
    case list([Draft])
    case object([Member])

    init(_ value: JSON) {
        switch value {
        case .null, .bool, .integer, .number: self = .word(value.compactText)
        case .string(let text): self = .text(text)
        case .array(let elements): self = .list(elements.map(Draft.init))
        case .object(let object): self = .object(object.members.map { Member($0.name, Draft($0.value)) })
        }
    }

    static func number(_ number: Int) -> Draft { .word(String(number)) }

    static func == (left: Draft, right: Draft) -> Bool {
        switch (left, right) {
        // Byte by byte: to Swift, composed and decomposed characters are the same.
        case (.word(let one), .word(let other)), (.text(let one), .text(let other)),
            (.escaped(let one), .escaped(let other)):
            one.utf8.elementsEqual(other.utf8)
        case (.list(let one), .list(let other)): one == other
        case (.object(let one), .object(let other)):
            one.elementsEqual(other) { $0.name.utf8.elementsEqual($1.name.utf8) && $0.value == $1.value }
        case (.word, _), (.text, _), (.escaped, _), (.list, _), (.object, _): false
        }
    }
}

extension Draft {
    /// The bytes of a message.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    var json: String { String(decoding: bytes, as: UTF8.self) }

    /// For a person: what isn't ASCII is escaped.
    var visible: String {
        json.unicodeScalars.map { scalar in
            scalar.isASCII && scalar.value != 0x7F ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
        }.joined()
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .word(let word): bytes += word.utf8
        case .text(let text): bytes += JSON.string(text).compactBytes
        case .escaped(let text):
            let units = text.utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            bytes += "\"\(units.joined())\"".utf8
        case .list(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                bytes += JSON.string(member.name).compactBytes
                bytes.append(UInt8(ascii: ":"))
                member.value.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    /// The members, if it is an object.
    var members: [Member]? { if case .object(let members) = self { members } else { nil } }

    /// The text, if it is one.
    var string: String? {
        switch self {
        case .text(let text), .escaped(let text): text
        case .word, .list, .object: nil
        }
    }

    /// The first value of that name.
    subscript(name: String) -> Draft? { members?.first { $0.name.utf8.elementsEqual(name.utf8) }?.value }
}
