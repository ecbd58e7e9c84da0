/// What the command line says.
struct SandboxConfiguration: Sendable {
    var host = "127.0.0.1"
    /// 0 takes a free port.
    var port = 8081
    /// Where the state is kept; nil keeps it in memory only.
    var stateFile: String?
    var username = "sandbox"
    var password = "sandbox"
    var clock: @Sendable () -> AuditStamp = { .now }
}
