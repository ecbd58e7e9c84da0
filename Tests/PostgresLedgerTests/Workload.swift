import Foundation
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import Synchronization
import TestKit
import Testing

@testable import PostgresLedger

/// What lines do with their ledgers, in small: commands over several subscriptions, each delivered to any worker.
///
/// As a line does: a call that fails is made again, a claim that nobody can reach is let go of and asked for again, and
/// what is parked is woken.
final class Workload: Sendable {
    private struct State {
        /// Who is on each subscription.
        var onLane: [String: CommandIdentity] = [:]
        var clashes: [String] = []
        var ended: Set<CommandIdentity> = []
        var failures = 0
    }

    private let ledgers: [PostgresLedger]
    private let lanes: Int
    private let perLane: Int
    private let state = Mutex(State())

    init(_ ledgers: [PostgresLedger], lanes: Int, perLane: Int) {
        self.ledgers = ledgers
        self.lanes = lanes
        self.perLane = perLane
    }

    var ended: Int { state.withLock(\.ended.count) }
    var total: Int { lanes * perLane }
    /// Calls that were told that the ledger isn't there.
    var failures: Int { state.withLock(\.failures) }
    private var isOver: Bool { ended == total }

    /// Runs until every command has ended, and the time is not up.
    func run(within seconds: Double) async throws {
        let deadline = Deadline(after: seconds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for ledger in ledgers { group.addTask { try await self.wake(ledger, deadline) } }
            for lane in 0..<lanes {
                group.addTask {
                    for number in 0..<self.perLane {
                        let ledger = self.ledgers[(lane + number) % self.ledgers.count]
                        try await self.deliver(lane, number, ledger, deadline)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func deliver(_ lane: Int, _ number: Int, _ ledger: PostgresLedger, _ deadline: Deadline) async throws {
        let request = try LedgerScene.request("\(lane)-\(number)", of: "SUB-\(lane)")
        while true {
            switch try await insist(deadline, { () throws(LedgerFailure) in try await ledger.claim(request) }) {
            case .granted(let grant):
                if try await handle(grant, ledger, deadline) { return }
            case .replay:
                end(request.identity)
                return
            case .parked: return
            case .inHand: await Task.yield()
            case .conflict: throw LedgerScene.Surprise("\(request.identity) conflicts")
            }
        }
    }

    private func wake(_ ledger: PostgresLedger, _ deadline: Deadline) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            while !isOver {
                let woken = try await insist(deadline) { () throws(LedgerFailure) in
                    try await ledger.wake(limit: 16, now: LedgerScene.time(100))
                }
                for command in woken {
                    group.addTask {
                        if try await !self.handle(command.grant, ledger, deadline) {
                            let (lane, number) = Self.place(of: command.grant.claim.identity)
                            try await self.deliver(lane, number, ledger, deadline)
                        }
                    }
                }
                try self.check(deadline)
                await Task.yield()
            }
        }
    }

    private static func place(of identity: CommandIdentity) -> (Int, Int) {
        let parts = identity.id.split(separator: "-").compactMap { Int($0) }
        return (parts[0], parts[1])
    }

    /// Answers whether nothing is left to do for it here.
    private func handle(_ grant: Grant, _ ledger: PostgresLedger, _ deadline: Deadline) async throws -> Bool {
        let claim = grant.claim
        enter(claim)
        do throws(LedgerFailure) {
            try await ledger.record(WorkersTests.decision(grant), under: claim)
            let version = (grant.known?.version ?? 0) + 1
            leave(claim)
            try await ledger.complete(LedgerScene.ending(claim, version: version, at: 1), under: claim)
        } catch {
            leave(claim)
            if error == .staleClaim { return false }
            noteFailure()
            try await insist(deadline) { () throws(LedgerFailure) in
                do throws(LedgerFailure) {
                    try await ledger.release(claim)
                } catch {
                    guard error == .staleClaim else { throw error }
                }
            }
            return false
        }
        end(claim.identity)
        try await insist(deadline) { () throws(LedgerFailure) in
            try await ledger.announced(claim.identity, round: claim.round)
        }
        return true
    }

    /// Again until the ledger is there.
    @discardableResult
    private func insist<Value>(
        _ deadline: Deadline,
        _ call: () async throws(LedgerFailure) -> Value
    ) async throws -> Value {
        while true {
            do throws(LedgerFailure) {
                return try await call()
            } catch {
                guard case .unavailable = error else { throw error }
                noteFailure()
                try check(deadline)
                // The call itself waits for the connection, so this does not spin.
                await Task.yield()
            }
        }
    }

    private func check(_ deadline: Deadline) throws {
        guard deadline.hasPassed else { return }
        throw LedgerScene.Surprise("only \(ended) of \(total) ended; \(failures) failures")
    }

    private func enter(_ claim: Claim) {
        state.withLock { state in
            if let other = state.onLane.updateValue(claim.identity, forKey: claim.subscriptionID.description) {
                state.clashes.append("\(claim.identity) while \(other) is in hand")
            }
        }
    }

    private func leave(_ claim: Claim) { state.withLock { $0.onLane[claim.subscriptionID.description] = nil } }
    private func end(_ identity: CommandIdentity) { state.withLock { _ = $0.ended.insert(identity) } }
    private func noteFailure() { state.withLock { $0.failures += 1 } }

    /// Each command ended once, each change counted once, and nothing is left behind.
    func verify(_ ledger: PostgresLedger) async throws {
        #expect(state.withLock(\.clashes) == [])
        let statistics = try await ledger.statistics()
        #expect(statistics.ended == total && statistics.claimed == total)
        #expect(statistics.open.values.allSatisfy { $0 == 0 }, "\(statistics)")
        for lane in 0..<lanes {
            let known = try await ledger.subscription(#require(SubscriptionID("SUB-\(lane)")))
            #expect(known?.version == perLane, "SUB-\(lane)")
        }
    }
}
