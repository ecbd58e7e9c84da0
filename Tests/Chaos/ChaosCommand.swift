import ArgumentParser
import Foundation

/// Random histories and random trouble for real workers, compared with a model.
@main
struct ChaosCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chaos",
        abstract: "Send random orders through real workers, break everything meanwhile, and compare with a model.",
        discussion: """
            Prints a matrix (crash point by fault: runs / violations) and its seed; exits 1 when there was a violation.

              make chaos
              CHAOS_COMMANDS=100000 make chaos
              make chaos CHAOS='--ledger postgres --workers 3'
              make chaos CHAOS='--replay 42 --cell 17'
            """
    )

    @Option(help: "What the plan is made of.") var seed: UInt64 = .random(in: 0..<1 << 40)
    @Option(help: "Commands in all; at least so many.") var commands = 2_000
    @Option(help: "Commands of a cell.") var perCell = 150
    @Option(help: "Workers at the same time.") var workers = 1
    @Option(help: "sqlite or postgres.") var ledger = LedgerKind.sqlite
    @Option(help: "Only these faults, with commas between them.") var faults: String?
    @Option(help: "Only these crash points, with commas between them (none, kill -9, recorded …).") var deaths: String?
    @Option(help: "Cells that run at the same time, each with servers of its own.") var lanes = 2
    @Option(help: "Run the plan of that seed again.") var replay: UInt64?
    @Option(help: "Only that cell of the plan.") var cell: Int?
    @Option(help: "Stop after so many seconds, whatever is left.") var seconds: Double?
    @Option(help: "Where logs of cells with violations stay.") var logs: String?
    @Flag(help: "Keep every cell's logs.") var keep = false

    func validate() throws {
        guard workers >= 1, lanes >= 1, perCell >= 10 else { throw ValidationError("Numbers must be sensible.") }
        guard ledger == .postgres || workers == 1 else {
            throw ValidationError("A SQLite ledger has one writing process: take --ledger postgres for more workers.")
        }
    }

    func run() async throws {
        let seed = replay ?? seed
        let folder = URL(
            filePath: logs ?? FileManager.default.temporaryDirectory.appending(path: "chaos-\(seed)-\(getpid())").path
        )
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        var specs = CellSpec.all(
            seed: seed,
            commands: commands,
            perCell: perCell,
            workers: workers,
            deaths: try chosenDeaths(),
            faults: try chosenFaults()
        )
        if let cell { specs = specs.filter { $0.index == cell } }
        print("seed \(seed), \(specs.count) cells, \(workers) worker(s), \(ledger.rawValue), logs in \(folder.path)")
        let run = Run(
            specs: specs,
            ledgers: try await Ledgers.open(ledger),
            folder: folder,
            deadline: seconds.map { .now + .seconds($0) },
            keepsLogs: keep
        )
        let start = ContinuousClock.now
        let matrix = try await run.run(lanes: min(lanes, specs.count))
        let elapsed = (ContinuousClock.now - start) / .seconds(1)
        print("\n" + matrix.markdown)
        print(
            """

            \(matrix.commands) commands in \(matrix.cells) cells, \(matrix.deaths) deaths of workers, \
            \(matrix.replayed) letters replayed, \(matrix.violationCount) violations; seed \(seed), \
            \(Int(elapsed)) s, \(Int(Double(matrix.commands) / elapsed * 60)) commands a minute
            """
        )
        guard matrix.violationCount == 0 else {
            for spec in matrix.failed { print("again: \(again(spec, seed))") }
            throw ExitCode.failure
        }
        if !keep { try? FileManager.default.removeItem(at: folder) }
    }

    private func again(_ spec: CellSpec, _ seed: UInt64) -> String {
        var words =
            "make chaos CHAOS='--replay \(seed) --cell \(spec.index) --commands \(commands) --per-cell \(perCell)"
        words += " --workers \(workers) --ledger \(ledger.rawValue)"
        if let faults { words += " --faults \"\(faults)\"" }
        if let deaths { words += " --deaths \"\(deaths)\"" }
        return words + "'  (\(spec.title))"
    }

    private func chosenFaults() throws -> [Fault] {
        guard let faults else { return Fault.allCases.filter { ledger == .postgres || !$0.isOfLedger } }
        return try faults.split(separator: ",").map { name in
            guard let fault = Fault(rawValue: String(name)) else {
                let known = Fault.allCases.map(\.rawValue).joined(separator: ", ")
                throw ValidationError("There is no fault '\(name)'; there are \(known).")
            }
            guard ledger == .postgres || !fault.isOfLedger else {
                throw ValidationError("'\(name)' needs --ledger postgres.")
            }
            return fault
        }
    }

    private func chosenDeaths() throws -> [Death] {
        guard let deaths else { return Death.all }
        return try deaths.split(separator: ",").map { name in
            let found = Death.all.first { $0.description == name || $0.description.hasSuffix(" \(name)") }
            guard let found else {
                let known = Death.all.map(\.description).joined(separator: ", ")
                throw ValidationError("There is no crash point '\(name)'; there are \(known).")
            }
            return found
        }
    }
}
