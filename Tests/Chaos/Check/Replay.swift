import SubscriptionLifecycle

/// Carries out, on the model, what the outcomes of one subscription say has succeeded, in the order of their versions,
/// with whatever was changed by hand in between.
///
/// When somebody edited EMS, nobody knows between which two versions; every place that is possible is tried, and one
/// that explains everything is enough.
struct Replay: Sendable {
    /// A command that succeeded.
    struct Success: Sendable {
        var version: Int
        var command: ChangeCommand
    }

    /// One way in which it can have been.
    struct Course: Sendable {
        /// What it holds in the end.
        var end: ModelEntitlement?
        /// What it held at each version, before and after edits.
        var held: [Int: [ModelEntitlement?]] = [0: [nil]]
    }

    let successes: [Success]
    let edits: [HandEdit]
    let referee: Referee
    /// What EMS held before the first command.
    var adopted: ModelEntitlement?

    /// The courses that break no rule; when there is none, why the plainest one is no possible one.
    func courses() -> (possible: [Course], complaint: String?) {
        var possible: [Course] = []
        var complaint: String?
        // Version after which each edit was made; edits keep their order.
        for places in Self.places(edits.count, through: successes.count + (adopted == nil ? 0 : 1)) {
            switch course(places) {
            case .success(let course): possible.append(course)
            case .failure(let reason): complaint = complaint ?? reason.text
            }
        }
        return (possible, possible.isEmpty ? complaint ?? "nothing explains it" : nil)
    }

    private struct Reason: Error { var text: String }

    private func course(_ places: [Int]) -> Result<Course, Reason> {
        var course = Course()
        var held = adopted
        func edit(after version: Int) {
            for (edit, place) in zip(edits, places) where place == version && held != nil {
                held?.apply(edit.kind)
                course.held[version, default: []].append(held)
            }
        }
        let first = adopted == nil ? 0 : 1
        if let adopted {
            course.held = [1: [adopted]]
            edit(after: 1)
        }
        for (index, success) in successes.enumerated() {
            let version = first + index + 1
            guard success.version == version else {
                let text = "version \(version) is missing; the next is \(success.version)"
                return .failure(Reason(text: text))
            }
            if let code = referee.refusal(of: success.command, on: held, version: version - 1) {
                let words =
                    "\(success.command.operation.rawValue) succeeded as version \(version) and is \(code.rawValue)"
                return .failure(Reason(text: words))
            }
            guard let next = ModelEntitlement.after(success.command, on: held, today: referee.today) else {
                return .failure(Reason(text: "\(success.command.operation.rawValue) can't be carried out"))
            }
            held = next
            course.held[version] = [held]
            edit(after: version)
        }
        course.end = held
        return .success(course)
    }

    /// Every way to put that many things, in order, after versions 1 to `last`.
    private static func places(_ count: Int, through last: Int) -> [[Int]] {
        guard count > 0 else { return [[]] }
        guard last > 0 else { return [Array(repeating: 0, count: count)] }
        return (1...last).flatMap { first in
            places(count - 1, through: last).filter { $0.allSatisfy { $0 >= first } }.map { [first] + $0 }
        }
    }
}
