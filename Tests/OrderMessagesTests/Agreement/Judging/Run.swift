import OrderMessages
import SubscriptionLifecycle

/// One run over many messages, in batches; disagreements are shrunk, and all is counted.
struct Run {
    /// A message that the two judge differently, as small as it gets.
    struct Disagreement: CustomStringConvertible {
        let seed: UInt64
        let message: MessageSource.Message
        let smallest: Draft
        let judgement: Judge.Judgement

        var description: String {
            let standard = judgement.standard
            let beyond = standard.beyond.map(\.rawValue).sorted().joined(separator: ", ")
            return """
                \(message.operation.rawValue)\(judgement.isBinary ? " in binary mode" : ""), seed \(seed), message \(message.index): \
                \(smallest.visible)
                  the worker: \(judgement.worker.rawValue) (\(judgement.detail))
                  the schema: \(standard.isJSON ? standard.isValid ? "valid" : "invalid" : "no JSON")\
                \(beyond.isEmpty ? "" : ", but \(beyond)"); so it must be \(judgement.expected.rawValue)
                """
        }
    }

    let source: MessageSource
    let judge: Judge
    /// More than these tell nothing new.
    var mostDisagreements = 5
    private(set) var census = Census()
    private(set) var disagreements: [Disagreement] = []

    init(source: MessageSource, judge: Judge) {
        self.source = source
        self.judge = judge
    }

    mutating func go(_ count: Int) async throws {
        let source = source
        @Sendable func batch(_ start: Int) -> [MessageSource.Message] {
            (min(start, count)..<min(start + 200, count)).map(source.message)
        }
        var following = batch(0)
        for start in stride(from: 0, to: count, by: 200) where disagreements.count < mostDisagreements {
            let messages = following
            // Made while the standard validator is at work.
            async let made = batch(start + 200)
            let judgements = try await judge.judge(messages.map { ($0.operation, $0.draft, $0.isBinary) })
            for (message, judgement) in zip(messages, judgements) {
                census.count(message, judgement)
                if judgement.isDisagreement, disagreements.count < mostDisagreements {
                    disagreements.append(try await shrunk(message, judgement))
                }
            }
            following = await made
        }
    }

    private func shrunk(_ message: MessageSource.Message, _ judgement: Judge.Judgement) async throws -> Disagreement {
        func judgements(_ drafts: [Draft]) async throws -> [Judge.Judgement] {
            try await judge.judge(drafts.map { (message.operation, $0, judgement.isBinary) })
        }
        let shrinker = Shrinker { drafts in
            // The same disagreement: what one of them takes and the other doesn't.
            try await judgements(drafts).map { $0.worker == judgement.worker && $0.expected == judgement.expected }
        }
        let smallest = try await shrinker.shrunk(message.draft)
        return Disagreement(
            seed: source.seed,
            message: message,
            smallest: smallest,
            judgement: try await judgements([smallest]).first ?? judgement
        )
    }
}
