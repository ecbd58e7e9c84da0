/// The verbs of the line at which a command can end, as dead letters and logs name them.
enum Stage: String, Hashable, Sendable {
    case translate
    case claim
    case lookUp = "look up"
    case apply
}
