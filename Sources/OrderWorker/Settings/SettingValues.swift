import Configuration
import Foundation
import SystemPackage

/// The settings as texts: flags before environment before file before defaults.
struct SettingValues {
    private let texts: [SettingKey: String]

    /// For tests and for the demo: exactly these, then defaults.
    init(_ texts: [SettingKey: String]) {
        self.texts = texts
    }

    /// Reads all sources.
    ///
    /// A configuration file that can't be read is an error, not an absence.
    init(
        flags: [SettingKey: String],
        environment: [String: String] = ProcessInfo.processInfo.environment,
        file: String?
    ) async throws {
        var providers: [any ConfigProvider] = [
            InMemoryProvider(
                values: Dictionary(
                    flags.map {
                        (AbsoluteConfigKey([$0.key.flag]), ConfigValue(.string($0.value), isSecret: $0.key.isSecret))
                    },
                    uniquingKeysWith: { $1 }
                )
            ),
            EnvironmentVariablesProvider(environmentVariables: environment),
        ]
        if let file {
            do {
                providers.append(try await FileProvider<YAMLSnapshot>(filePath: FilePath(file)))
            } catch {
                throw UnreadableConfiguration(path: file, reason: "\(error)")
            }
        }
        let reader = ConfigReader(providers: providers)
        var texts: [SettingKey: String] = [:]
        for key in SettingKey.allCases {
            texts[key] = try Self.text(of: key, in: reader)
        }
        self.texts = texts
    }

    /// A file spells a name either way, so both are asked for.
    private static func text(of key: SettingKey, in reader: ConfigReader) throws -> String? {
        for name in [key.flag, key.rawValue] {
            if let text = reader.string(forKey: ConfigKey([name]), isSecret: key.isSecret), !text.isEmpty {
                return text
            }
            guard key.isSecret else { continue }
            let suffix = name == key.flag ? "-file" : "_FILE"
            if let path = reader.string(forKey: ConfigKey([name + suffix])), !path.isEmpty {
                do {
                    return try String(contentsOfFile: path, encoding: .utf8).trimmingCharacters(in: .newlines)
                } catch {
                    throw UnreadableConfiguration(
                        path: path,
                        reason: "named by \(key.rawValue)_FILE: \(error.systemReason)"
                    )
                }
            }
        }
        return nil
    }

    /// The text of a setting; its default when nobody gave one.
    func text(_ key: SettingKey) -> String? { texts[key] ?? key.defaultValue }

    /// The text of a setting that must be there.
    func required(_ key: SettingKey) throws(SettingError) -> String {
        guard let text = text(key) else { throw SettingError(key: key, value: nil, allowed: key.meaning) }
        return text
    }

    /// A value made of the text of a setting.
    func value<Value>(
        _ key: SettingKey,
        _ allowed: String,
        _ read: (String) -> Value?
    ) throws(SettingError) -> Value {
        let text = try required(key)
        guard let value = read(text) else { throw SettingError(key: key, value: text, allowed: allowed) }
        return value
    }

    /// A whole number within bounds.
    func number(_ key: SettingKey, in range: ClosedRange<Int>) throws(SettingError) -> Int {
        try value(key, "a whole number from \(range.lowerBound) to \(range.upperBound)") { text in
            Int(text).flatMap { range.contains($0) ? $0 : nil }
        }
    }

    /// A duration in seconds, longer than zero.
    func seconds(_ key: SettingKey) throws(SettingError) -> Double {
        try value(key, "a duration longer than zero, such as 500ms, 30s, 10m, 2h or 30d") { text in
            DurationText.seconds(text).flatMap { $0 > 0 ? $0 : nil }
        }
    }

    /// A duration in whole days.
    func days(_ key: SettingKey) throws(SettingError) -> Int {
        try value(key, "whole days, from 0d to 3650d, such as 30d") { text in
            guard let seconds = DurationText.seconds(text), seconds.truncatingRemainder(dividingBy: 86_400) == 0,
                (0...3650).contains(Int(seconds / 86_400))
            else { return nil }
            return Int(seconds / 86_400)
        }
    }
}

/// A configuration file that can't be read.
struct UnreadableConfiguration: Error, CustomStringConvertible {
    var path: String
    var reason: String

    var description: String { "The configuration file \(path) can't be read: \(reason)" }
}

/// Durations as settings spell them.
enum DurationText {
    /// Seconds of `500ms`, `30s`, `10m`, `2h`, `30d`; `nil` for anything else.
    static func seconds(_ text: String) -> Double? {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600), ("d", 86_400),
        ]
        for unit in units where text.hasSuffix(unit.suffix) {
            let digits = text.dropLast(unit.suffix.count)
            guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let number = Double(digits),
                number * unit.seconds <= 3650 * 86_400
            else { return nil }
            return number * unit.seconds
        }
        return nil
    }
}
