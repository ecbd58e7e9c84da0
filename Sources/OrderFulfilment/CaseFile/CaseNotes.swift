import Foundation
import Synchronization

/// What happens to the command that the current task is about, until the ledger has it.
///
/// In the task rather than in each stage's hands: whoever makes a call or fails a try notes it where it happens.
public final class CaseNotes: Sendable {
    /// Those of the command in hand; `nil` outside of the line.
    @TaskLocal public static var current: CaseNotes?

    /// The most entries that wait for one write; what comes after is only counted.
    ///
    /// The few that tell how it goes on are kept nevertheless; of those, too, only the newest so many.
    static let longest = 60

    private struct State {
        var inputs: DecisionInputs?
        var entries: [CaseEntry] = []
        var omitted = 0
    }

    private let now: @Sendable () -> Date
    private let state = Mutex(State())

    init(now: @escaping @Sendable () -> Date) { self.now = now }

    /// Something happens now.
    public func note(_ kind: CaseEntry.Kind, _ detail: @autoclosure () -> String) {
        let time = now()
        let isNeeded =
            switch kind {
            case .claimed, .decided, .parked, .ended: true
            case .woken, .lookedUp, .failed, .called, .applied, .released, .omitted: false
            }
        let isKept = state.withLock { isNeeded || $0.entries.count < Self.longest }
        let entry = isKept ? CaseEntry(kind, at: time, detail()) : nil
        state.withLock { state in
            guard let entry else { return state.omitted += 1 }
            if state.omitted > 0 {
                state.entries.append(CaseEntry(.omitted, at: time, "\(state.omitted) more like the last are not kept"))
                state.omitted = 0
            }
            state.entries.append(entry)
            // A full disk lets a command begin and end for hours.
            if state.entries.count > 2 * Self.longest { state.entries.remove(at: Self.longest) }
        }
    }

    /// The rules have their say, on these.
    func decided(on inputs: DecisionInputs, _ verdict: String) {
        state.withLock { $0.inputs = inputs }
        note(.decided, verdict)
    }

    /// What the ledger doesn't have yet.
    var unstored: CaseFile { state.withLock { CaseFile(inputs: $0.inputs, entries: $0.entries) } }

    /// The ledger has it now.
    func stored(_ file: CaseFile) {
        state.withLock { state in
            state.entries.removeFirst(min(file.entries.count, state.entries.count))
            if state.inputs == file.inputs { state.inputs = nil }
        }
    }
}
