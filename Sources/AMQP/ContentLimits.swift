/// How much of a remote message is carried; what is larger is measured and hashed instead.
public struct ContentLimits: Hashable, Sendable {
    /// The largest header table, in bytes on the wire.
    public var headerBytes: Int
    /// How deeply tables and arrays may be nested; the header table itself is depth 1.
    ///
    /// More than 128 counts as 128.
    public var headerDepth: Int
    /// How many fields and array elements a header table may hold, nested ones included.
    public var headerCount: Int
    /// The largest body, in bytes.
    public var bodyBytes: UInt64

    /// The project's limits unless said otherwise.
    public init(
        headerBytes: Int = 64 * 1024,
        headerDepth: Int = 32,
        headerCount: Int = 4096,
        bodyBytes: UInt64 = 16 * 1024 * 1024
    ) {
        self.headerBytes = headerBytes
        self.headerDepth = headerDepth
        self.headerCount = headerCount
        self.bodyBytes = bodyBytes
    }
}
