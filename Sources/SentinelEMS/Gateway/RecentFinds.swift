import Synchronization

/// What EMS was seen to have a moment ago: only finds are kept, never misses, and not for long.
final class RecentFinds: Sendable {
    private static let maximumCount = 10_000
    private let lifetime: Duration
    private let goodUntil = Mutex<[String: ContinuousClock.Instant]>([:])

    init(lifetime: Duration) { self.lifetime = lifetime }

    /// Whether it was found recently.
    func contains(_ path: String) -> Bool {
        goodUntil.withLock { finds in finds[path].map { ContinuousClock.now < $0 } ?? false }
    }

    /// It was found now.
    func insert(_ path: String) {
        guard lifetime > .zero else { return }
        goodUntil.withLock { finds in
            // Emptying is crude, but bounds the memory, and costs no more than a look-up each.
            if finds.count >= Self.maximumCount { finds.removeAll() }
            finds[path] = .now + lifetime
        }
    }

    /// It may be gone; answers whether it was taken as found.
    @discardableResult
    func remove(_ path: String) -> Bool { goodUntil.withLock { $0.removeValue(forKey: path) != nil } }
}
