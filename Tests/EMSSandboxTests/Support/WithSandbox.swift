import Logging
import ServiceLifecycle

@testable import EMSSandbox

/// Runs the real server on a free port, and ends it again.
func withSandbox(stateFile: String? = nil, _ body: @Sendable (Client) async throws -> Void) async throws {
    let clock = TestClock()
    var configuration = SandboxConfiguration(port: 0, stateFile: stateFile)
    configuration.clock = { clock.now }
    let sandbox = try Sandbox(configuration)
    let (ports, ready) = AsyncStream.makeStream(of: Int.self)
    let group = ServiceGroup(
        services: [sandbox.application { ready.yield($0) }],
        logger: Logger(label: "EMSSandboxTests") { _ in SwiftLogNoOpLogHandler() }
    )
    try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask {
            defer { ready.finish() }
            try await group.run()
        }
        for await port in ports {
            do {
                try await body(Client(port: port, clock: clock))
            } catch {
                await group.triggerGracefulShutdown()
                throw error
            }
            break
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
    }
}

/// Asks again and again until it is so, or ten seconds have passed; every question is a call, so this waits by itself.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    let deadline = ContinuousClock.now + .seconds(60)
    while ContinuousClock.now < deadline {
        if try await condition() { return true }
    }
    return false
}
