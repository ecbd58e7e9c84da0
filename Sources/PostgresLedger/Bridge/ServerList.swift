/// The servers in the parameters of a connection: libpq tries them in their order.
struct ServerList: Sendable {
    /// The parameters by libpq's names.
    let values: [(name: String, value: String)]
    /// How many servers there are.
    let count: Int

    /// What is one list for each, with commas: the names, addresses and ports of the same servers.
    private static let lists = ["host", "hostaddr", "port"]

    init(_ values: [(name: String, value: String)]) {
        self.values = values
        let given = Dictionary(values.map { ($0.name, $0.value) }) { $1 }
        // As libpq counts: addresses, where there are any, go before names.
        let servers = given["hostaddr"].flatMap { $0.isEmpty ? nil : $0 } ?? given["host"] ?? ""
        count = Self.items(servers).count
    }

    /// The same servers, beginning with the one of that index; those before it come last.
    func beginning(with index: Int) -> ServerList {
        ServerList(
            values.map { name, value in
                let items = Self.items(value)
                // A single port is for all of them; a list of another length is for libpq to refuse.
                guard Self.lists.contains(name), items.count == count, count > 1 else { return (name, value) }
                let first = index % count
                return (name, (items[first...] + items[..<first]).joined(separator: ","))
            }
        )
    }

    /// An item may be empty: libpq has a default for it.
    private static func items(_ list: String) -> [Substring] {
        list.split(separator: ",", omittingEmptySubsequences: false)
    }
}
