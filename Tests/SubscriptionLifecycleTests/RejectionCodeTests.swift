import SubscriptionLifecycle
import Testing

@Suite("Rejection codes")
struct RejectionCodeTests {
    @Test(
        "Random commands on random subscriptions are rejected with exactly the codes that the list has for each operation"
    )
    func rules() {
        var scenes = RandomScenes(seed: 1)
        var seen: [OrderOperation: Set<RejectionCode>] = [:]
        for _ in 0..<8000 {
            for operation in OrderOperation.allCases {
                guard let code = scenes.decide(operation)?.code else { continue }
                seen[operation, default: []].insert(code)
            }
        }
        for operation in OrderOperation.allCases {
            let listed = Set(operation.rejectionCodes).subtracting(RejectionCode.beyondTheRules)
            let codes = seen[operation] ?? []
            #expect(codes.subtracting(listed).isEmpty, "\(operation) is rejected with what its list lacks")
            #expect(listed.subtracting(codes).isEmpty, "\(operation) was never rejected with what its list has")
        }
    }

    @Test(
        "Whatever a random command is refused for, the check that failed tells what it saw, and that is not what it requires"
    )
    func truth() {
        var scenes = RandomScenes(seed: 2)
        var names: Set<Check.Name> = []
        for _ in 0..<8000 {
            for operation in OrderOperation.allCases {
                guard let check = scenes.examine(operation)?.checks.last(where: { !$0.isHeld }) else { continue }
                names.insert(check.name)
                let isSeen = check.required.allSatisfy { check.observed[$0.key] == $0.value }
                #expect(!isSeen && !check.observed.isEmpty, "\(operation): \(check)")
            }
        }
        #expect(names == Set(Check.Name.allCases), "never failed: \(Set(Check.Name.allCases).subtracting(names))")
    }

    @Test("Every code ends some operation, and every operation can be rejected")
    func complete() {
        for code in RejectionCode.allCases { #expect(!code.operations.isEmpty, "\(code)") }
        for operation in OrderOperation.allCases { #expect(!operation.rejectionCodes.isEmpty, "\(operation)") }
    }
}

extension RejectionCode {
    /// What the line says when EMS answers so, not the rules.
    fileprivate static let beyondTheRules: Set<RejectionCode> = [.emsConflict, .emsRefused, .entitlementNotFound]
}
