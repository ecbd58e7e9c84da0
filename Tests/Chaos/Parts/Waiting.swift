import Dispatch

/// What was waited for did not come.
struct NotInTime: Error, CustomStringConvertible {
    let description: String
}

/// Asks again and again until the condition holds; answers `false` when it doesn't within the time.
@discardableResult
func holds(within seconds: Double, every pause: Double = 0.02, _ condition: () async throws -> Bool) async rethrows
    -> Bool
{
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { return false }
        await pausing(pause)
    }
    return true
}

/// Lets that many seconds go by without holding a thread.
func pausing(_ seconds: Double) async {
    await withCheckedContinuation { continuation in
        DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { continuation.resume() }
    }
}
