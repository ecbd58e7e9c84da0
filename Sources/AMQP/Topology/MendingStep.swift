/// One step on the way from a broker as it is to the topology as it must be.
public enum MendingStep: Hashable, Sendable {
    /// A command to run on a machine where `rabbitmqctl` reaches the broker, and what to know before.
    case run(String, warning: String? = nil)
    /// The topology is declared anew, which makes what is missing and changes nothing else.
    case declare
    /// Something that no command does.
    case advise(String)

    /// The step as a line that can be pasted into a shell: what is no command stands behind a `#`.
    public func text(declaringWith command: String) -> String {
        switch self {
        case .run(let line, let warning?): "\(line)   # \(warning)"
        case .run(let line, nil): line
        case .declare: command
        case .advise(let text): "# \(text)"
        }
    }
}
