/// A way that was drawn is long; what isn't needed of it is left out.
extension Explorer {
    /// The same kind of violation on a way that can't be made shorter by leaving out a few steps in a row.
    func shortened(_ violation: Exploration.Violation) -> Exploration.Violation {
        var best = violation
        while let shorter = shorter(than: best) { best = shorter }
        return best
    }

    private func shorter(than violation: Exploration.Violation) -> Exploration.Violation? {
        for length in [16, 8, 4, 2, 1] {
            for start in violation.choices.indices.dropLast(length - 1) {
                var choices = violation.choices
                choices.removeSubrange(start..<start + length)
                if let found = follow(choices, upTo: violation.choices.count - 1, kind: violation.kind) { return found }
            }
        }
        return nil
    }

    /// Goes the choices as far as there are such, and on as it comes.
    private func follow(_ choices: [Int], upTo bound: Int, kind: String) -> Exploration.Violation? {
        let world = World(scenario, plant)
        defer { world.end() }
        var way: [Int] = []
        while way.count < bound {
            let possible = world.choices()
            guard !possible.isEmpty else { return nil }
            let wanted = way.count < choices.count ? choices[way.count] : 0
            let index = min(wanted, possible.count - 1)
            way.append(index)
            world.trace.append(possible[index].label)
            possible[index].perform()
            guard !world.records.violations.isEmpty else { continue }
            let found = Exploration.Violation(texts: world.records.violations, trace: world.trace, choices: way)
            return found.kind == kind ? found : nil
        }
        return nil
    }
}

extension Exploration.Violation {
    /// The invariant: what stands before the colon.
    fileprivate var kind: String { texts.first.map { String($0.prefix { $0 != ":" }) } ?? "" }
}
