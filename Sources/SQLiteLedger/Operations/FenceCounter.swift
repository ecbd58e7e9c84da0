import Synchronization

/// Numbers for claims that only grow, over all processes that ever opened the file.
///
/// The upper bits are the file's count of openings, the lower ones count within this process: so a grant needs no
/// write of its own for its number, and every number of an earlier process is smaller.
final class FenceCounter: Sendable {
    private let last: Atomic<Int64>

    init(epoch: Int64) { last = Atomic(epoch << 40) }

    func next() -> Int64 { last.wrappingAdd(1, ordering: .relaxed).newValue }
}
