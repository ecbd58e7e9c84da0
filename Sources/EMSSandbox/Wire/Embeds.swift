/// Which nested objects an answer carries; those that aren't asked for in a search are left out altogether.
struct Embeds: Sendable {
    private let names: Set<Substring>?

    /// All, as in the answer to a single GET.
    static let all = Embeds(names: nil)

    private init(names: Set<Substring>?) { self.names = names }

    init(_ parameter: String?) { names = Set((parameter ?? "").split(separator: ",")) }

    func contains(_ name: Substring) -> Bool { names?.contains(name) ?? true }
}
