import SubscriptionLifecycle

/// The type of a command, taken apart: `orders.<operation>.v<version>`.
struct CommandType {
    let operation: OrderOperation
    /// Digits, the first of them not 0.
    let version: Substring

    /// Answers `nil` for a text that isn't of the form, or names no operation.
    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "orders", parts[2].first == "v",
            let operation = OrderOperation.allCases.first(where: { $0.rawValue.utf8.elementsEqual(parts[1].utf8) })
        else { return nil }
        let version = parts[2].dropFirst()
        guard let first = version.utf8.first, first != UInt8(ascii: "0"),
            version.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
        else { return nil }
        self.operation = operation
        self.version = version
    }
}
