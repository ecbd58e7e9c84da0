import Foundation
import OrderMessages
import SubscriptionLifecycle
import Testing

@Suite("The schemas and the worker never disagree")
struct AgreementTests {
    private static func setting(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

    /// `make schema-check` asks for more than a run of the tests does.
    private static let count = setting("SCHEMA_CHECK_MESSAGES") ?? 20_000
    private static let seed = UInt64(setting("SCHEMA_CHECK_SEED") ?? 1)

    @Test("Made, edged and damaged commands: the translator and a standard validator give the same verdict on each")
    func commands() async throws {
        let source = MessageSource(seed: Self.seed)
        let judge = Judge(validator: try await PythonValidator(schemas: Judge.schemas()))
        var run = Run(source: source, judge: judge)
        try await run.go(Self.count)
        print("schema check, seed \(Self.seed): \(run.census.report(source.edges))")
        for disagreement in run.disagreements { Issue.record("\(disagreement)") }
        guard Self.count >= 20_000, run.disagreements.isEmpty else { return }
        // Both verdicts must be there in numbers, or the comparison says nothing.
        for operation in OrderOperation.allCases {
            let counts = run.census.byOperation[operation] ?? [:]
            #expect(counts[.understood] ?? 0 > Self.count / 50, "\(operation): few are understood")
            #expect(counts[.refused] ?? 0 > Self.count / 50, "\(operation): few are refused")
        }
        for beyond in PythonValidator.Beyond.allCases where beyond != .nesting {
            #expect(run.census.beyond[beyond] ?? 0 > 0, "\(beyond): never the only thing that is wrong")
        }
        #expect(run.census.tooDeep > 0)
        let missing = source.edges.filter { !run.census.seen.contains($0) }
        #expect(missing.isEmpty, "never seen: \(missing.prefix(10).map { "\($0.operation) \($0.limit) \($0.side)" })")
    }
}
