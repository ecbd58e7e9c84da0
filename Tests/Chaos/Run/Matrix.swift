/// Runs and violations by crash point and fault, as it goes into the documentation.
struct Matrix: Sendable {
    private struct Key: Hashable { var death: Death, fault: Fault }

    private var runs: [Key: Int] = [:]
    private var violations: [Key: Int] = [:]
    private(set) var cells = 0
    private(set) var commands = 0
    private(set) var deaths = 0
    private(set) var replayed = 0
    private(set) var failed: [CellSpec] = []

    mutating func add(_ report: CellReport) {
        let key = Key(death: report.spec.death, fault: report.spec.fault)
        runs[key, default: 0] += 1
        violations[key, default: 0] += report.violations.count
        cells += 1
        commands += report.commands
        deaths += report.deaths
        replayed += report.replayed
        if !report.violations.isEmpty { failed.append(report.spec) }
    }

    var violationCount: Int { violations.values.reduce(0, +) }

    /// Each field is `runs / violations`.
    var markdown: String {
        let faults = Fault.allCases
        var lines = ["| crash point \\ fault | " + faults.map(\.rawValue).joined(separator: " | ") + " |"]
        lines.append("| --- |" + faults.map { _ in " --- |" }.joined())
        for death in Death.all {
            let fields = faults.map { fault in
                let key = Key(death: death, fault: fault)
                return runs[key].map { "\($0) / \(violations[key] ?? 0)" } ?? "–"
            }
            lines.append("| \(death) | " + fields.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n")
    }
}
