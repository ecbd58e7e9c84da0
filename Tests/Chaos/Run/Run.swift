import Foundation

/// All cells of a run, some at a time.
actor Run {
    private var specs: [CellSpec]
    private let ledgers: Ledgers
    private let folder: URL
    private let deadline: ContinuousClock.Instant?
    private let keepsLogs: Bool
    private var matrix = Matrix()

    init(
        specs: [CellSpec],
        ledgers: Ledgers,
        folder: URL,
        deadline: ContinuousClock.Instant?,
        keepsLogs: Bool
    ) {
        self.specs = specs.reversed()
        self.ledgers = ledgers
        self.folder = folder
        self.deadline = deadline
        self.keepsLogs = keepsLogs
    }

    func run(lanes: Int) async throws -> Matrix {
        try await withThrowingTaskGroup { group in
            for number in 1...lanes { group.addTask { try await self.runLane(number) } }
            try await group.waitForAll()
        }
        return matrix
    }

    private func next() -> CellSpec? {
        if let deadline, ContinuousClock.now >= deadline { return nil }
        return specs.popLast()
    }

    private func runLane(_ number: Int) async throws {
        let lane = try await Lane.start(number, in: folder, ledgers)
        do {
            try await runCells(in: lane)
        } catch {
            await lane.end()
            throw error
        }
        await lane.end()
    }

    private func runCells(in lane: Lane) async throws {
        var generation = 0
        var log: EventsLog?
        while let spec = next() {
            if log == nil {
                generation += 1
                log = try await open(lane, generation)
            }
            guard let current = log else { break }
            current.clear()
            let prefix = Self.prefix(lane, generation)
            let cell = try Cell(spec, in: lane, prefix: prefix, log: current, ledgers: ledgers)
            let report = await cell.run()
            tell(report)
            // What a violation has left behind must not disturb the next cell.
            if !report.violations.isEmpty {
                await current.close()
                log = nil
            }
        }
        await log?.close()
    }

    private static func prefix(_ lane: Lane, _ generation: Int) -> String { "chaos\(lane.number)-\(generation)" }

    private func open(_ lane: Lane, _ generation: Int) async throws -> EventsLog {
        let prefix = Self.prefix(lane, generation)
        // A server that has just come up may still turn its first client away.
        var applied = try await applyTopology(lane, prefix, generation)
        for _ in 1...3 where applied.status != 0 {
            await pausing(1)
            applied = try await applyTopology(lane, prefix, generation)
        }
        guard applied.status == 0 else { throw NotInTime(description: "topology apply: \(applied.output)") }
        return try await lane.listen(prefix)
    }

    private func applyTopology(
        _ lane: Lane,
        _ prefix: String,
        _ generation: Int
    ) async throws -> (status: Int, output: String) {
        try await Programs.orderWorker(
            ["topology", "apply"],
            lane.environment.merging(["TOPOLOGY_PREFIX": prefix]) { $1 },
            logFile: lane.folder.appending(path: "topology-\(generation).log")
        )
    }

    private func tell(_ report: CellReport) {
        matrix.add(report)
        var strikes = "struck \(report.strikes.map { "\($0) times" } ?? "an unknown number of times")"
        if report.faultNeverStruck { strikes = "THE FAULT NEVER STRUCK" }
        let numbers = [
            "\(report.commands) commands", report.nobodyDied ? "NOBODY DIED" : "\(report.deaths) deaths",
            "\(report.buried) convicted", "\(report.replayed) replayed", strikes,
            "\(Int(report.seconds)) s (\(report.phases.map { String(Int($0)) }.joined(separator: ", ")))",
        ]
        let state = report.violations.isEmpty ? "✔" : "✘"
        print("\(state) \(report.spec.title): " + numbers.joined(separator: ", "))
        for remark in report.remarks { print("    \(remark)") }
        for violation in report.violations { print("    VIOLATION \(violation.subscription ?? ""): \(violation.text)") }
        for explanation in report.explanations { print(explanation) }
        fflush(nil)
        if report.violations.isEmpty, !keepsLogs { try? FileManager.default.removeItem(at: report.folder) }
    }
}
