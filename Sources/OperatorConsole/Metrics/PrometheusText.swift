/// Lines in Prometheus' text format, version 0.0.4.
struct PrometheusText {
    private(set) var text = ""

    /// One metric with its samples; names and label names are made legal, label values are escaped.
    mutating func metric(
        _ name: String,
        _ kind: String,
        _ help: String,
        _ samples: [(labels: [(String, String)], value: Double)]
    ) {
        let name = Self.legal(name)
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(kind)\n"
        for sample in samples { self.sample(name, sample.labels, sample.value) }
    }

    /// One sample of a metric whose header stands already.
    mutating func sample(_ name: String, _ labels: [(String, String)], _ value: Double) {
        let list = labels.map { "\(Self.legal($0.0))=\"\(Self.escaped($0.1))\"" }.joined(separator: ",")
        text += "\(Self.legal(name))\(list.isEmpty ? "" : "{\(list)}") \(Self.number(value))\n"
    }

    static func legal(_ name: String) -> String {
        let legal = name.unicodeScalars.map { scalar -> Character in
            ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
                || scalar == "_"
                ? Character(scalar) : "_"
        }
        return String(legal)
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e15 ? String(Int64(value)) : String(value)
    }
}
