import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

@testable import OrderFulfilment

/// What may wait in the ledger is bounded.
@Suite struct ParkedBoundTests {
    @Test func `It is full at either bound, and has room once a tenth of both is free`() {
        let bound = ParkedBound(commands: 100, bytes: 1000)
        func isFull(_ commands: Int, _ bytes: Int, _ wasFull: Bool) -> Bool {
            bound.isFull(ParkedCommands(commands: commands, bytes: bytes), wasFull: wasFull)
        }
        for commands in stride(from: 0, through: 120, by: 5) {
            for bytes in stride(from: 0, through: 1200, by: 50) {
                #expect(isFull(commands, bytes, false) == (commands >= 100 || bytes >= 1000))
                #expect(isFull(commands, bytes, true) == (commands >= 90 || bytes >= 900))
            }
        }
    }

    @Test(.timeLimit(.minutes(2)), arguments: [ParkedBound(commands: 10), ParkedBound(bytes: 2000)])
    func `A full ledger stops intake, makes the worker unready, and resumes by itself`(bound: ParkedBound) async throws
    {
        let setup = LineSetup(retry: RetrySchedule(inProcess: [], parked: [160, 160]), prefetch: 5, parkedBound: bound)
        try await withLine(setup) { line in
            let down = FakeEntitlementGateway.Trouble.transient("down", retryAfter: nil)
            // One after the other, and one that succeeds after each four: the breaker stays closed.
            var sent = 0
            while await line.consumer.readiness().isReady {
                sent += 1
                if sent % 4 == 0 {
                    try await line.create("SUB-\(sent)", id: "c\(sent)")
                    continue
                }
                let (parked, id) = (line.count(.parked), "c\(sent)")
                await line.gateway.trouble(.entitlement, with: down)
                try await line.send(id, .createSubscription, of: "SUB-\(sent)", Commands.creation)
                // One that was woken may meet the trouble in its place.
                try await eventually("it is parked, held, or done") {
                    line.count(.parked) > parked || line.consumer.line.waitingRoom.count == 1
                        || !line.outcomes(of: id).isEmpty
                }
                try #require(sent < 100)
            }
            let trouble = await line.consumer.readiness().troubles.joined()
            #expect(trouble.contains("wait in the ledger"), "\(trouble)")
            await line.gateway.clearTroubles()
            let claims = line.ledger.claims.count
            for number in 1...12 {
                try await line.send("r\(number)", .renewSubscription, of: "SUB-4", Commands.renewal)
            }
            try await eventually("five are held, the rest is the broker's") {
                line.counts.inFlight >= 5 && line.broker.depth(of: line.topology.queue(.renewSubscription)) == 7
            }
            #expect(line.ledger.claims.count == claims, "none is begun")
            #expect(line.source.status.consuming.count == line.topology.consumedQueues.count, "its consumer stays")
            #expect(await line.consumer.readiness().heldByPause == 0)
            try await line.idle()
            #expect(await line.consumer.readiness().isReady)
            #expect((1...12).allSatisfy { line.outcomes(of: "r\($0)").first?.outcome == "succeeded" })
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `What waits because the ledger is full goes back in time, and comes again`() async throws {
        let setup = LineSetup(
            retry: RetrySchedule(inProcess: [], parked: [400]),
            time: FastTime(speed: 20),
            consumerTimeout: 240,
            parkedBound: ParkedBound(commands: 1)
        )
        try await withLine(setup) { line in
            await line.gateway.trouble(.entitlement, with: .transient("down", retryAfter: nil))
            try await line.send("first", .createSubscription, of: "SUB-1", Commands.creation)
            try await line.waits("first", as: .retrying)
            try await eventually("it is full") { await !line.consumer.readiness().isReady }
            try await line.send("second", .createSubscription, of: "SUB-2", Commands.creation)
            try await eventually("it came again") { line.source.status.epoch >= 2 && line.counts.deliveries >= 3 }
            #expect(line.ledger.claims.map(\.id) == ["first"])
            #expect(try await line.outcome(of: "second").outcome == "succeeded")
            try await line.idle()
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `Premature commands lose their patience in a full ledger: what they wait for can't come in`() async throws {
        let setup = LineSetup(predecessorWait: 60, parkedBound: ParkedBound(commands: 3))
        try await withLine(setup) { line in
            for number in 1...3 {
                try await line.send("r\(number)", .renewSubscription, of: "SUB-\(number)", Commands.renewal)
                try await line.waits("r\(number)", as: .premature)
            }
            try await eventually("it is full") { await !line.consumer.readiness().isReady }
            for number in 1...3 { #expect(try await line.outcome(of: "r\(number)").code == "subscription-not-found") }
            try await line.create()
            try await line.idle()
        }
    }
}
