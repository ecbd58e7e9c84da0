import Foundation
import OrderFulfilment
import Synchronization

/// How long a worker that is heard of no more keeps what it has in hand.
public struct LeaseTerms: Hashable, Sendable {
    /// Seconds since its last word in which it may begin a write to EMS.
    public var begins: Double
    /// Seconds after that in which what it has begun may land: request deadline and settling time.
    public var settles: Double

    /// Half a minute to begin, and what EMS may take to settle.
    public init(begins: Double = 30, settles: Double) {
        self.begins = begins
        self.settles = settles
    }

    /// Seconds until everything of a silent worker is free.
    public var total: Double { begins + settles }
}

/// This worker's number at the server, as long as its lease lasts.
///
/// A lease that has ended is never taken up again: the worker comes as a new one, and its old claims stay void.
final class WorkerLease: Sendable {
    private struct State {
        var number: Int64
        var lastWord: ContinuousClock.Instant
        var isLeaving = false
    }

    let name: String
    let terms: LeaseTerms
    private let state: Mutex<State>

    init(name: String, terms: LeaseTerms, number: Int64) {
        self.name = name
        self.terms = terms
        state = Mutex(State(number: number, lastWord: .now))
    }

    /// The number that goes along with every claim.
    var number: Int64 { state.withLock(\.number) }

    /// Seconds since the server last heard of this worker.
    var silence: Double { (ContinuousClock.now - state.withLock(\.lastWord)) / .seconds(1) }

    /// Whether this worker goes: it must not come anew.
    var isLeaving: Bool { state.withLock(\.isLeaving) }

    func leaves() { state.withLock { $0.isLeaving = true } }

    func renewed(at moment: ContinuousClock.Instant) { state.withLock { $0.lastWord = moment } }

    /// It comes anew.
    func replaced(by number: Int64) {
        state.withLock { ($0.number, $0.lastWord) = (number, .now) }
    }
}
