import Synchronization

@testable import EMSSandbox

/// A clock that a test sets.
final class TestClock: Sendable {
    private let minutes: Mutex<AuditStamp>

    /// 2026-03-10 08:16 UTC, a date that no test can meet by accident.
    init() { minutes = Mutex(AuditStamp(rawValue: 20_522 * 1440 + 8 * 60 + 16)) }

    var now: AuditStamp { minutes.withLock { $0 } }

    func advance(days: Int) { minutes.withLock { $0.rawValue += days * 1440 } }
}
