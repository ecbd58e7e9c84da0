/// A wrong setting: names the key, the value, and what is allowed.
struct SettingError: Error, CustomStringConvertible {
    var key: SettingKey
    /// `nil` when it is missing; secrets are never shown.
    var value: String?
    var allowed: String

    var description: String {
        let shown = key.isSecret ? "(not shown)" : value.map { "'\($0)'" } ?? ""
        return value == nil
            ? "\(key.rawValue) is not set: \(allowed). Set it in the environment, as --\(key.flag), or in the configuration file."
            : "\(key.rawValue) is \(shown), which is not allowed: \(allowed)."
    }
}
