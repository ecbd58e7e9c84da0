import SubscriptionLifecycle
import Testing

/// What is published of the checks, against what the rules ask.
@Suite("Checks are told as they are asked")
struct CheckNameTests {
    @Test(
        "Random commands show exactly the checks that are told, for their operations and with their codes"
    )
    func rules() {
        var scenes = RandomScenes(seed: 2)
        var asked: [Check.Name: Set<OrderOperation>] = [:]
        var codes: [Check.Name: Set<RejectionCode>] = [:]
        var outOfOrder: Set<String> = []
        for _ in 0..<8000 {
            for operation in OrderOperation.allCases {
                guard let examination = scenes.examine(operation) else { continue }
                let names = examination.checks.map(\.name)
                for name in names { asked[name, default: []].insert(operation) }
                if case .rejected(let rejection) = examination.verdict, let last = names.last {
                    codes[last, default: []].insert(rejection.code)
                }
                for (name, next) in zip(names, names.dropFirst()) where !Self.mayFollow(next, name) {
                    outOfOrder.insert("\(operation): \(next) after \(name)")
                }
            }
        }
        for name in Check.Name.allCases {
            #expect(asked[name] == name.operations, "\(name)")
            #expect(codes[name] == Set(name.codes), "\(name)")
        }
        #expect(outOfOrder.isEmpty)
    }

    /// Line by line the checks of a line come again; a step never does.
    private static func mayFollow(_ next: Check.Name, _ name: Check.Name) -> Bool {
        if next.step != name.step { return next.step.index > name.step.index }
        switch next.step {
        case .cancelled, .version, .state, .term: return next.index > name.index
        case .lineItems: return name != .lineItemsLeft
        case .quantities: return true
        case .lookUps: return next.index >= name.index
        }
    }

    @Test("The list is in the order of the steps")
    func list() {
        let steps = Check.Name.allCases.map(\.step.index)
        #expect(steps == steps.sorted())
        #expect(Set(Check.Name.allCases.map(\.step)) == Set(Check.Step.allCases))
    }

    @Test("Every code of the rules is some check's, and ends an operation that the check is asked for")
    func codes() {
        let told = Set(Check.Name.allCases.flatMap(\.codes))
        #expect(Set(RejectionCode.allCases).subtracting(told) == [.emsConflict, .emsRefused, .entitlementNotFound])
        for name in Check.Name.allCases {
            for code in name.codes { #expect(!code.operations.isDisjoint(with: name.operations), "\(name) \(code)") }
        }
    }
}

extension Check.Name {
    fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}

extension Check.Step {
    fileprivate var index: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
