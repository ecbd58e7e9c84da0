import HTTPTypes
import Synchronization

/// The tenant, the faults and the counts, each behind its own lock; and the file, where there is one.
final class Store: Sendable {
    private struct State {
        var tenant: Tenant
        /// One more with every change, so that the file knows what it has.
        var revision = 0
        /// One more with every reset, so that a late write doesn't land in a state that has been thrown away.
        var generation = 0
    }

    private let state: Mutex<State>
    private let calls = Mutex(CallCounts())
    private let faults = Mutex(FaultPlan())
    private let file: StateFile?
    private let clock: @Sendable () -> AuditStamp

    init(_ configuration: SandboxConfiguration) throws {
        clock = configuration.clock
        var tenant = Seeds.tenant(at: clock())
        if let path = configuration.stateFile {
            if let kept = try StateFile.load(path) { tenant = kept }
            // Written before anything has changed, so that a path that can't be written to shows at once.
            try StateFile.write(tenant, to: path)
            file = StateFile(path: path)
        } else {
            file = nil
        }
        state = Mutex(State(tenant: tenant))
    }

    var now: AuditStamp { clock() }
    var generation: Int { state.withLock { $0.generation } }

    /// Does what the endpoint does, unless the state has been reset since `generation`.
    func answer(_ endpoint: Endpoint, _ call: Call, only generation: Int? = nil) async -> Reply {
        var call = call
        call.now = clock()
        let current = call
        let isChange = endpoint.method != .get
        do {
            let (reply, revision) = try state.withLock { state throws(EMSError) in
                guard generation == nil || generation == state.generation else { throw .notFound }
                let reply = try endpoint.action(&state.tenant, current)
                if isChange { state.revision += 1 }
                return (reply, state.revision)
            }
            if isChange { await keep(revision) }
            return reply
        } catch {
            return error.reply
        }
    }

    func putProduct(_ body: JSON) async throws(EMSError) -> Reply {
        let now = clock()
        let (reply, revision) = try state.withLock { state throws(EMSError) in
            let reply = try state.tenant.putProduct(body, at: now)
            state.revision += 1
            return (reply, state.revision)
        }
        await keep(revision)
        return reply
    }

    /// Back to the seeds, with no faults and no counts.
    func reset() async {
        let tenant = Seeds.tenant(at: clock())
        let revision = state.withLock { state in
            state.tenant = tenant
            state.generation += 1
            state.revision += 1
            return state.revision
        }
        faults.withLock { $0 = FaultPlan() }
        calls.withLock { $0 = CallCounts() }
        await keep(revision)
    }

    /// Returns when the file has the revision.
    private func keep(_ revision: Int) async {
        await file?.keep(revision) { self.state.withLock { ($0.tenant, $0.revision) } }
    }

    // MARK: Faults and counts

    func countCall(_ match: Endpoint.Match) { calls.withLock { $0.count(match) } }

    var callCounts: CallCounts { calls.withLock { $0 } }

    func takeFault(_ method: HTTPRequest.Method, _ path: Substring, _ match: Endpoint.Match) -> Fault? {
        faults.withLock { $0.take(method, path, match) }
    }

    func addFault(_ fault: Fault) -> Fault { faults.withLock { $0.add(fault) } }

    var armedFaults: [Fault] { faults.withLock { $0.faults } }

    func clearFaults() { faults.withLock { $0 = FaultPlan() } }
}
