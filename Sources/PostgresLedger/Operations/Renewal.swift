import Synchronization

/// Does something again and again until it is stopped.
final class Renewal: Sendable {
    private let task = Mutex<Task<Void, Never>?>(nil)

    func start(every seconds: Double, _ body: @escaping @Sendable () async -> Void) {
        let started = Task {
            while !Task.isCancelled {
                try? await Task.sleep(for: .seconds(seconds))
                if !Task.isCancelled { await body() }
            }
        }
        task.withLock { $0 = started }
    }

    func stop() { task.withLock { $0?.cancel() } }

    deinit { stop() }
}
