import ArgumentParser
import UnixSignals

/// Ctrl-C and SIGTERM cancel a run, which then takes away what it made.
enum Interruptible {
    /// Runs the body to its end; one that was cancelled by a signal and threw becomes exit status 1.
    static func cancels<Value: Sendable>(
        _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        let signals = await UnixSignalsSequence(trapping: .sigint, .sigterm)
        let running = Task { try await body() }
        let listening = Task {
            for await _ in signals {
                running.cancel()
                return true
            }
            return false
        }
        let result = await running.result
        listening.cancel()
        switch result {
        case .success(let value): return value
        case .failure(let error):
            guard await listening.value else { throw error }
            Output.note("interrupted; what was made for the run is taken away")
            throw ExitCode.failure
        }
    }

    /// Runs what must be done even though the run was cancelled.
    static func evenSo(_ body: @escaping @Sendable () async -> Void) async { await Task { await body() }.value }
}
