/// How a command ends, as the last word of a routing key says it.
public enum Outcome: String, CaseIterable, Hashable, Sendable, Codable {
    /// It was done.
    case succeeded
    /// It was refused, and left nothing in EMS.
    case rejected
    /// It could not be understood or completed; the message is in the dead-letter queue.
    case deadLettered = "dead-lettered"
    /// It was a dry run; nothing was written.
    case previewed
}
