/// What a code means, and what its reader can do about it.
struct Explanation {
    let meaning: String
    let action: String

    init(_ meaning: String, _ action: String) {
        self.meaning = meaning
        self.action = action
    }

    func json(_ name: String, _ code: String) -> JSON {
        .object(
            JSON.Object([
                .init(name, .string(code)), .init("meaning", .string(meaning)), .init("action", .string(action)),
            ])
        )
    }
}
