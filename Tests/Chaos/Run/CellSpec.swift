/// Everything that is fixed about a cell before it runs: its seed tells all of it.
struct CellSpec: Sendable {
    /// Of the run.
    var seed: UInt64
    /// Counts the cells of the run, from 0.
    var index: Int
    var death: Death
    var fault: Fault
    var commands: Int
    var workers: Int

    /// For one part of the plan.
    func random(_ part: Int) -> SplitMix { SplitMix(seed: seed, index, part) }

    /// The cells of a run: every combination once before one comes again, in an order of the seed's own.
    static func all(
        seed: UInt64,
        commands: Int,
        perCell: Int,
        workers: Int,
        deaths: [Death] = Death.all,
        faults: [Fault] = Fault.allCases
    ) -> [CellSpec] {
        var cells: [CellSpec] = []
        var left = commands
        var random = SplitMix(seed: seed, -1)
        while left > 0 {
            var round = deaths.flatMap { death in faults.map { (death, $0) } }
            round.shuffle(using: &random)
            for (death, fault) in round where left > 0 {
                cells.append(
                    CellSpec(
                        seed: seed,
                        index: cells.count,
                        death: death,
                        fault: fault,
                        commands: perCell,
                        workers: workers
                    )
                )
                left -= perCell
            }
        }
        return cells
    }

    var title: String { "cell \(index): \(death) × \(fault.rawValue)" }
}
