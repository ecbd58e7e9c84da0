import Hummingbird
import Logging
import NIOCore

/// The sandbox, put together but not running.
struct Sandbox: Sendable {
    let configuration: SandboxConfiguration
    let store: Store

    init(_ configuration: SandboxConfiguration) throws {
        self.configuration = configuration
        store = try Store(configuration)
    }

    /// The HTTP server; `onReady` is told the port that it listens on.
    func application(onReady: @escaping @Sendable (Int) async -> Void) -> Application<SandboxResponder> {
        let requested = configuration.port
        return Application(
            responder: SandboxResponder(
                store: store,
                username: configuration.username,
                password: configuration.password
            ),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "ems-sandbox"
            ),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? requested) },
            // What there is to say is said in answers and on the command line.
            logger: Logger(label: "ems-sandbox") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
