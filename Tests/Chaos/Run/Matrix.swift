/// Runs and violations by crash point and fault, as it goes into the documentation.
struct Matrix: Sendable {
    private struct Key: Hashable { var death: Death, fault: Fault }

    /// How often something really happened, of which a row or a column is to tell.
    private struct Strikes {
        var count = 0
        /// Cells in which it never did.
        var idle = 0
        /// Cells of which it isn't known.
        var unknown = 0

        var text: String {
            var words = ["\(count)"]
            if idle > 0 { words.append("\(idle) cells without") }
            if unknown > 0 { words.append("\(unknown) cells unknown") }
            return words.joined(separator: ", ")
        }
    }

    private var runs: [Key: Int] = [:]
    private var violations: [Key: Int] = [:]
    private var strikes: [Fault: Strikes] = [:]
    private var deathsAt: [Death: Strikes] = [:]
    private(set) var cells = 0
    private(set) var commands = 0
    private(set) var deaths = 0
    private(set) var replayed = 0
    private(set) var failed: [CellSpec] = []

    mutating func add(_ report: CellReport) {
        let (death, fault) = (report.spec.death, report.spec.fault)
        let key = Key(death: death, fault: fault)
        runs[key, default: 0] += 1
        violations[key, default: 0] += report.violations.count
        cells += 1
        commands += report.commands
        deaths += report.deaths
        replayed += report.replayed
        strikes[fault, default: Strikes()].count += report.strikes ?? 0
        if report.strikes == nil { strikes[fault, default: Strikes()].unknown += 1 }
        if report.faultNeverStruck { strikes[fault, default: Strikes()].idle += 1 }
        deathsAt[death, default: Strikes()].count += report.deaths
        if report.nobodyDied { deathsAt[death, default: Strikes()].idle += 1 }
        if !report.violations.isEmpty { failed.append(report.spec) }
    }

    var violationCount: Int { violations.values.reduce(0, +) }

    /// Each field is `runs / violations`; the last row counts strikes of the fault, the last column deaths.
    var markdown: String {
        let faults = Fault.allCases
        var lines = [Self.row(["crash point \\ fault"] + faults.map(\.rawValue) + ["deaths"])]
        lines.append(Self.row(Array(repeating: "---", count: faults.count + 2)))
        for death in Death.all {
            let fields = faults.map { fault in
                let key = Key(death: death, fault: fault)
                return runs[key].map { "\($0) / \(violations[key] ?? 0)" } ?? "–"
            }
            lines.append(Self.row(["\(death)"] + fields + [deathsAt[death]?.text ?? "–"]))
        }
        let struck = faults.map { $0 == .none ? "–" : strikes[$0]?.text ?? "–" }
        lines.append(Self.row(["strikes"] + struck + ["\(deaths)"]))
        lines.append("\nEach field: runs / violations. Strikes: " + Self.legend + ".")
        return lines.joined(separator: "\n")
    }

    private static var legend: String {
        Fault.allCases.filter { $0 != .none }.map { "\($0.rawValue): \($0.strike)" }.joined(separator: "; ")
    }

    private static func row(_ fields: [String]) -> String { "| " + fields.joined(separator: " | ") + " |" }
}
