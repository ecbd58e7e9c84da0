import Synchronization
import Testing

@testable import OrderWorker

/// Work that many ask for at once.
@Suite(.timeLimit(.minutes(1))) struct SharedAttemptTests {
    private final class Counter: Sendable {
        let count = Atomic(0)
    }

    @Test func `who asks while an attempt is under way shares it, and who asks later gets another`() async {
        let begun = Counter()
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let attempt = SharedAttempt {
            begun.count.add(1, ordering: .sequentiallyConsistent)
            for await _ in gate {}
        }
        let joined = (0..<300).map { _ in attempt.joined() }
        opening.finish()
        for one in joined { await one.value }
        #expect(begun.count.load(ordering: .sequentiallyConsistent) == 1)
        await attempt.run()
        #expect(begun.count.load(ordering: .sequentiallyConsistent) == 2)
    }
}
