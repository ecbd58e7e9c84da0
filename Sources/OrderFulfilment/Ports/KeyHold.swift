/// The right to bring into being what a key stands for, until its time is over or it is given back.
public struct KeyHold: Hashable, Sendable {
    /// What is to come into being: `/customers/externalId=C-1`.
    public var key: String
    /// Tells this attempt from every other.
    public var token: Int64

    /// A key that is held.
    public init(key: String, token: Int64) {
        self.key = key
        self.token = token
    }
}

/// Whether a key was taken.
public enum KeyAnswer: Hashable, Sendable {
    /// It is the asker's.
    case held(KeyHold)
    /// Somebody has it, for at most so many seconds more.
    case busy(seconds: Double)
}
