/// Compares what EMS holds with what the outcomes say.
struct EMSCheck {
    let sandbox: Sandbox
    let checker: Checker

    func violations() async throws -> [Violation] {
        var violations: [Violation] = []
        for history in checker.plan.histories {
            guard !checker.isPartial(history) else { continue }
            let json = try await sandbox.entitlement(history.name)
            let (courses, complaint) = checker.courses(history)
            if let complaint {
                violations.append(Violation(subscription: history.name, text: "outcomes don't add up: \(complaint)"))
                continue
            }
            let differences = courses.map { ActualEntitlement.differences(json, from: $0.end, of: history.name) }
            // With edits by hand, one way in which it can have been is enough.
            if let least = differences.min(by: { $0.count < $1.count }), !least.isEmpty {
                let text = "EMS is not what the outcomes say: \(least.joined(separator: ", "))"
                violations.append(Violation(subscription: history.name, text: text))
            }
        }
        return try await violations + doubles()
    }

    /// Nothing is there twice, and nothing that nobody ordered.
    private func doubles() async throws -> [Violation] {
        var violations: [Violation] = []
        let names = Set(checker.plan.histories.map(\.name))
        let collections = [
            ("externalId", "entitlements", "entitlement"), ("externalId", "customers", "customer"),
            ("emailId", "contacts", "contact"),
        ]
        for (member, collection, element) in collections {
            let found = try await sandbox.all(member, of: collection, element)
            for (value, copies) in Dictionary(grouping: found, by: \.self) where copies.count > 1 {
                violations.append(Violation(text: "EMS has \(copies.count) \(collection) called '\(value)'"))
            }
            guard collection == "entitlements" else { continue }
            for value in Set(found).subtracting(names).sorted() {
                violations.append(Violation(text: "EMS has the entitlement '\(value)', which nobody ordered"))
            }
        }
        return violations
    }
}
