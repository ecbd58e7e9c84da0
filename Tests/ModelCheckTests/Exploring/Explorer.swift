import TestKit

/// Runs every history of a scenario, depth first, each anew from the beginning, and none on from a world that was seen.
struct Explorer {
    let scenario: Scenario
    var plant: Plant?
    /// The most executions; more stay unexplored, and that is told.
    var maximumExecutions = 100_000
    /// Set when only what breaks that invariant is looked for; a history that breaks another first goes no further.
    var invariant: String?

    private static let longestHistory = 400
    private static let circle = "nothing goes on for ever: it is where it was before"
    private static let endless = "nothing goes on for ever: no end after \(longestHistory) steps"

    init(
        _ scenario: Scenario,
        _ plant: Plant? = nil,
        maximumExecutions: Int = 100_000,
        breaking invariant: String? = nil
    ) {
        (self.scenario, self.plant, self.maximumExecutions) = (scenario, plant, maximumExecutions)
        self.invariant = invariant
    }

    /// Explores; with a violation, looks for the shortest way to one.
    func run() -> Exploration {
        var result = search(upTo: Self.longestHistory)
        var shortest = result
        while let violation = shortest.violation, violation.choices.count > 1 {
            let shorter = search(upTo: violation.choices.count - 1)
            guard shorter.violation != nil else { break }
            shortest = shorter
        }
        result.violation = shortest.violation
        return result
    }

    /// Runs so many histories, each drawn by lot, and says what they came to.
    func draw(_ count: Int, seed: UInt64) -> Exploration {
        var result = Exploration(title: scenario.title)
        var random = SplitMix(state: seed)
        var seen: Set<Int> = []
        while result.executions < count {
            result.executions += 1
            let world = World(scenario, plant)
            let way = draw(world, &random, &seen)
            world.end()
            result.depth = max(result.depth, way.count)
            if world.isOver { result.ended += 1 }
            guard !world.records.violations.isEmpty else { continue }
            result.violation = shortened(.init(texts: world.records.violations, trace: world.trace, choices: way))
            break
        }
        result.states = seen.count
        return result
    }

    /// One history; answers with its choices.
    ///
    /// Troubles are rarer than what goes well.
    private func draw(_ world: World, _ random: inout SplitMix, _ seen: inout Set<Int>) -> [Int] {
        var way: [Int] = []
        while world.records.violations.isEmpty {
            let choices = world.choices()
            seen.insert(world.digest)
            guard !choices.isEmpty else { break }
            guard way.count < Self.longestHistory else {
                world.violate(Self.endless)
                break
            }
            let normal = choices.indices.filter { choices[$0].fault == nil }
            let isTrouble = normal.isEmpty || Int.random(in: 0..<8, using: &random) == 0
            let index = (isTrouble ? Array(choices.indices) : normal).randomElement(using: &random) ?? 0
            way.append(index)
            world.trace.append(choices[index].label)
            choices[index].perform()
        }
        return way
    }

    /// Goes one way again, such as that of a violation; answers with what must not be on it.
    func replay(_ choices: [Int]) -> [String] {
        let world = World(scenario, plant)
        defer { world.end() }
        var seen: Set<Int> = []
        for choice in choices {
            let choices = world.choices()
            guard choices.indices.contains(choice) else { return ["there is no such choice any more"] }
            seen.insert(world.digest)
            choices[choice].perform()
        }
        if world.records.violations.isEmpty, !world.choices().isEmpty {
            if seen.contains(world.digest) { world.violate(Self.circle) }
            if choices.count == Self.longestHistory { world.violate(Self.endless) }
        }
        return world.records.violations
    }

    private struct Frame {
        var index: Int
        var count: Int
        var digest: Int
    }

    private func search(upTo bound: Int) -> Exploration {
        var result = Exploration(title: scenario.title)
        /// The depth at which each world was seen first; where the way counts, one on a shorter way is seen again.
        var seen: [Int: Int] = [:]
        var frames: [Frame] = []
        let isAnyWay = bound == Self.longestHistory
        repeat {
            result.executions += 1
            run(&frames, &seen, &result, bound, isAnyWay)
            result.depth = max(result.depth, frames.count)
            if result.violation != nil { break }
            while let last = frames.last, last.index + 1 >= last.count { frames.removeLast() }
            guard !frames.isEmpty else {
                result.isComplete = true
                break
            }
            frames[frames.count - 1].index += 1
        } while result.executions < maximumExecutions
        result.states = seen.count
        if !result.isComplete, result.violation == nil {
            result.cut = ["\(scenario.title) after \(result.executions) executions"]
        }
        return result
    }

    /// One history: along the frames, and on from there.
    private func run(
        _ frames: inout [Frame],
        _ seen: inout [Int: Int],
        _ result: inout Exploration,
        _ bound: Int,
        _ isAnyWay: Bool
    ) {
        let world = World(scenario, plant)
        defer { world.end() }
        var depth = 0
        while depth < bound {
            let choices = world.choices()
            if choices.isEmpty {
                result.ended += 1
                return
            }
            if depth >= frames.count {
                let digest = world.digest
                if isAnyWay, frames.contains(where: { $0.digest == digest }) {
                    world.violate(Self.circle)
                    return note(world, frames, depth, &result)
                }
                if let before = seen[digest], isAnyWay || before <= depth { return }
                seen[digest] = depth
                frames.append(Frame(index: 0, count: choices.count, digest: digest))
            } else if frames[depth].count != choices.count {
                world.violate("the model is not deterministic: \(frames[depth].count) choices became \(choices.count)")
            }
            let choice = choices[min(frames[depth].index, choices.count - 1)]
            world.trace.append(choice.label)
            choice.perform()
            depth += 1
            if !world.records.violations.isEmpty { return note(world, frames, depth, &result) }
        }
        guard isAnyWay else { return }
        world.violate(Self.endless)
        note(world, frames, depth, &result)
    }

    private func note(_ world: World, _ frames: [Frame], _ depth: Int, _ result: inout Exploration) {
        if let invariant, !world.records.violations.contains(where: { $0.hasPrefix("\(invariant):") }) { return }
        result.violation = Exploration.Violation(
            texts: world.records.violations,
            trace: world.trace,
            choices: frames.prefix(depth).map(\.index)
        )
    }
}
