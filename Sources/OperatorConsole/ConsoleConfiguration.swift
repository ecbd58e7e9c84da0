/// Where health, metrics and the console are served.
public struct ConsoleConfiguration: Hashable, Sendable {
    /// Address to listen on.
    public var host: String
    /// TCP port; 0 lets the system choose.
    public var port: Int

    /// Loopback, port 8080, unless given.
    public init(host: String = "127.0.0.1", port: Int = 8080) {
        self.host = host
        self.port = port
    }
}
