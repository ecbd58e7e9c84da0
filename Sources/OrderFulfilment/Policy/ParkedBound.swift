/// How many commands may wait in the ledger, for a retry, a predecessor, a pause or behind another, and how large they may
/// be together.
public struct ParkedBound: Hashable, Sendable {
    /// The part of either bound that must be free again before more is taken in: it shall not go on and off all the time.
    private static let freePart = 0.1

    /// Commands.
    public var commands: Int
    /// Bytes of their messages' bodies.
    public var bytes: Int

    /// A hundred thousand commands, a gibibyte.
    public init(commands: Int = 100_000, bytes: Int = 1 << 30) {
        self.commands = commands
        self.bytes = bytes
    }

    /// Whether nothing more may be taken in; `wasFull` is what was answered before.
    func isFull(_ parked: ParkedCommands, wasFull: Bool) -> Bool {
        let part = wasFull ? 1 - Self.freePart : 1
        return Double(parked.commands) >= Double(commands) * part || Double(parked.bytes) >= Double(bytes) * part
    }
}

/// What waits in the ledger.
public struct ParkedCommands: Hashable, Sendable {
    /// Retrying, behind and premature commands; those of paused operations are among them.
    public var commands: Int
    /// Bytes of their messages' bodies.
    public var bytes: Int

    /// What waits.
    public init(commands: Int, bytes: Int) {
        self.commands = commands
        self.bytes = bytes
    }
}
