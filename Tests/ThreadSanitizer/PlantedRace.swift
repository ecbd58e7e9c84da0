import Synchronization

/// Races on purpose, and locks properly: ThreadSanitizer must report the first and be silent about the second.
@main struct PlantedRace {
    final class Unprotected: @unchecked Sendable {
        // Unchecked so that the race can be planted at all.
        var value = 0
    }

    static func main() async {
        if CommandLine.arguments.contains("--race") {
            let counter = Unprotected()
            await eightTasks { counter.value += 1 }
            print("raced to \(counter.value)")
        } else {
            let counter = Mutex(0)
            await eightTasks { counter.withLock { $0 += 1 } }
            print("locked to \(counter.withLock { $0 })")
        }
    }

    private static func eightTasks(_ body: @escaping @Sendable () -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask { for _ in 0..<10_000 { body() } }
            }
        }
    }
}
