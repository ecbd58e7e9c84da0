import Synchronization

/// Tells everybody in the line that the worker shuts down: what was not begun goes back, what was is finished.
public final class Drain: Sendable {
    private let flag = Atomic<Bool>(false)

    /// Not draining yet.
    public init() {}

    /// Whether the worker shuts down.
    public var hasBegun: Bool { flag.load(ordering: .acquiring) }

    /// From now on nothing new is begun.
    public func begin() { flag.store(true, ordering: .releasing) }
}
