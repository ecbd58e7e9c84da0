import Synchronization

/// The calls to EMS of this process: at most as many at once as EMS is known to take, the others wait in order.
///
/// The gateway makes its calls here; the line lets as many orders begin. So nothing waits long between the moment at
/// which a call was announced in the ledger and the moment at which it is made.
public final class EMSCapacity: Sendable {
    private struct State {
        var limit: ConcurrencyLimit
        var waiting: [CheckedContinuation<ConcurrencyLimit.Call, Never>] = []
        var kinds: [String] = []
        var head = 0

        /// Those who may begin now, with their calls.
        mutating func admit(at now: Double) -> [(
            CheckedContinuation<ConcurrencyLimit.Call, Never>, ConcurrencyLimit.Call
        )] {
            var admitted: [(CheckedContinuation<ConcurrencyLimit.Call, Never>, ConcurrencyLimit.Call)] = []
            while head < waiting.count, limit.underWay < limit.permitted {
                admitted.append((waiting[head], limit.begin(kinds[head], at: now)))
                head += 1
            }
            if head == waiting.count || head >= 1000 {
                waiting.removeFirst(head)
                kinds.removeFirst(head)
                head = 0
            }
            return admitted
        }
    }

    private let state: Mutex<State>
    private let uptime: @Sendable () -> Double

    /// At most `maximum` calls at once; `uptime` is seconds of a clock that only goes forward.
    public init(maximum: Int, uptime: @escaping @Sendable () -> Double) {
        state = Mutex(State(limit: ConcurrencyLimit(maximum: maximum)))
        self.uptime = uptime
    }

    /// How many may be under way now.
    public var permitted: Int { state.withLock(\.limit.permitted) }

    /// How many are.
    public var underWay: Int { state.withLock(\.limit.underWay) }

    /// Whether EMS has just asked for a pause.
    var isHeld: Bool { state.withLock { $0.limit.isHeld(at: uptime()) } }

    /// Makes a call when there is room for it, and learns from how it ends.
    ///
    /// Waiting ends by itself: whoever is under way has a deadline.
    public func run<Value: Sendable>(
        _ kind: String,
        _ call: () async -> (Value, ConcurrencyLimit.Ending)
    ) async -> Value {
        let begun = await begin(kind)
        let (value, ending) = await call()
        end(begun, ending)
        return value
    }

    private func begin(_ kind: String) async -> ConcurrencyLimit.Call {
        await withCheckedContinuation { continuation in
            resume { state in
                state.waiting.append(continuation)
                state.kinds.append(kind)
            }
        }
    }

    private func end(_ call: ConcurrencyLimit.Call, _ ending: ConcurrencyLimit.Ending) {
        resume { [uptime] in $0.limit.end(call, ending, at: uptime()) }
    }

    private func resume(_ change: (inout State) -> Void) {
        let admitted = state.withLock { state in
            change(&state)
            return state.admit(at: uptime())
        }
        for (waiter, call) in admitted { waiter.resume(returning: call) }
    }
}
