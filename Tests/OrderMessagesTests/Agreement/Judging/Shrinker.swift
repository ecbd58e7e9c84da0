/// Makes a message that shows something as small as it gets while it still shows it.
struct Shrinker {
    /// Which of these still show it.
    let shows: ([Draft]) async throws -> [Bool]

    /// Goes through all that could be taken away or made simpler, and again from the start until nothing more can.
    func shrunk(_ draft: Draft) async throws -> Draft {
        var smallest = draft
        var isDone = false
        while !isDone {
            let before = smallest.cost
            var place = 0
            while true {
                let size = smallest.cost
                let steps = smallest.smaller.filter { $0.cost < size }
                guard place < steps.count else { break }
                // Many are asked about at a time: an answer takes as long as the way there.
                let some = Array(steps[place..<min(place + 60, steps.count)])
                if let index = try await shows(some).firstIndex(of: true) {
                    smallest = some[index]
                    // What came before didn't help, and mostly doesn't now.
                    place += index
                } else {
                    place += some.count
                }
            }
            isDone = smallest.cost == before
        }
        return smallest
    }
}

extension Draft {
    /// What a person has to read.
    fileprivate var cost: Int {
        switch self {
        case .word(let word): word.utf8.count
        case .text(let text): 2 + Self.cost(of: text)
        // An escape is worse than what it stands for.
        case .escaped(let text): 3 + Self.cost(of: text) + text.utf16.count
        case .list(let elements): 2 + elements.reduce(0) { $0 + $1.cost + 1 }
        case .object(let members):
            2 + members.reduce(0) { $0 + Self.cost(of: $1.name) + $1.value.cost + 4 }
        }
    }

    private static func cost(of text: String) -> Int {
        text.unicodeScalars.reduce(0) {
            $0 + ($1 == "a" ? 1 : $1.value >= 0x21 && $1.value < 0x7F ? 2 : 6)
        }
    }

    /// The same with one thing taken away or made simpler, at any place.
    fileprivate var smaller: [Draft] {
        switch self {
        case .word(let word): word == "1" ? [] : ["0", "1", "null", "1.5"].map(Draft.word)
        case .escaped(let text): [.text(text)] + Draft.text(text).smaller
        case .text(let text): Self.smaller(text).map(Draft.text)
        case .list(let elements):
            Self.without(elements).map(Draft.list)
                + elements.enumerated().flatMap { index, element in
                    element.smaller.map { inner in
                        var copy = elements
                        copy[index] = inner
                        return .list(copy)
                    }
                }
        case .object(let members):
            Self.without(members).map(Draft.object)
                + members.enumerated().flatMap { index, member in
                    ([.word("1"), .text("a"), .list([]), .object([])] + member.value.smaller).map { inner in
                        var copy = members
                        copy[index].value = inner
                        return .object(copy)
                    }
                }
                + members.enumerated().flatMap { index, member in
                    Self.smaller(member.name).map { name in
                        var copy = members
                        copy[index].name = name
                        return .object(copy)
                    }
                }
        }
    }

    /// Halves, and each one taken away while they are not too many.
    private static func without<Element>(_ elements: [Element]) -> [[Element]] {
        guard elements.count > 1 else { return elements.isEmpty ? [] : [[]] }
        let half = elements.count / 2
        let single =
            elements.count > 40
            ? [] : elements.indices.map { Array(elements[..<$0] + elements[($0 + 1)...]) }
        return [
            Array(elements.prefix(half)), Array(elements.dropFirst(half)), Array(elements.dropLast()),
        ] + single
    }

    private static func smaller(_ text: String) -> [String] {
        let scalars = Array(text.unicodeScalars)
        guard !scalars.isEmpty else { return [] }
        var texts = without(scalars)
        texts.append(scalars.map { _ in "a" })
        for index in scalars.indices.prefix(300) where scalars[index] != "a" {
            var copy = scalars
            copy[index] = "a"
            texts.append(copy)
        }
        return texts.map { String(String.UnicodeScalarView($0)) }
    }
}
