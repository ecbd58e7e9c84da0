public import AMQP
public import Foundation
public import OrderFulfilment
public import OrderMessages
public import SubscriptionLifecycle
import Testing

/// One store, the ledger that is open on it, and short words for what tests do with it.
///
/// Time is counted in seconds.
public final class LedgerScene {
    /// The ledger that is open.
    public private(set) var ledger: any Ledger
    private let store: any LedgerStore

    /// Opens the store at second 0.
    public init(_ store: any LedgerStore) async throws {
        self.store = store
        ledger = try await store.open(now: Self.time(0))
    }

    /// Opens the store again, as after a crash.
    public func reopen(at seconds: Double) async throws {
        ledger = try await store.open(now: Self.time(seconds))
    }

    /// That many seconds after the start of the scene.
    public static func time(_ seconds: Double) -> Date { Date(timeIntervalSinceReferenceDate: 800_000_000 + seconds) }

    /// A command with a message that tells it apart from every other.
    public static func request(
        _ id: String,
        of subscription: String = "SUB-1",
        expecting version: Int? = nil,
        at seconds: Double = 0,
        operation: OrderOperation = .renewSubscription,
        fingerprint: String? = nil
    ) throws -> ClaimRequest {
        ClaimRequest(
            identity: CommandIdentity(source: "/shop", id: id),
            fingerprint: fingerprint ?? "fingerprint of \(id)",
            operation: operation,
            subscriptionID: try #require(SubscriptionID(subscription)),
            expectedVersion: version,
            message: Message(
                exchange: "orders.commands",
                routingKey: "renew-subscription",
                properties: Properties(contentType: "application/json", messageID: id),
                body: Array("{\"id\":\"\(id)\"}".utf8)
            ),
            receivedAt: time(seconds)
        )
    }

    /// Claims, whatever the answer.
    public func claim(
        _ id: String,
        of subscription: String = "SUB-1",
        expecting version: Int? = nil,
        at seconds: Double = 0,
        operation: OrderOperation = .renewSubscription
    ) async throws -> ClaimAnswer {
        try await ledger.claim(
            Self.request(id, of: subscription, expecting: version, at: seconds, operation: operation)
        )
    }

    /// Claims, and is granted.
    public func grant(
        _ id: String,
        of subscription: String = "SUB-1",
        expecting version: Int? = nil,
        at seconds: Double = 0
    ) async throws -> Grant {
        let answer = try await claim(id, of: subscription, expecting: version, at: seconds)
        guard case .granted(let grant) = answer else {
            throw Surprise("\(id) was answered with \(answer)")
        }
        return grant
    }

    /// Completes with one event, at a version or with the knowledge left as it was.
    public func complete(_ grant: Grant, version: Int? = nil, at seconds: Double = 1) async throws {
        try await ledger.complete(Self.ending(grant.claim, version: version, at: seconds), under: grant.claim)
    }

    /// Completes as a dead letter, announced.
    public func deadLetter(_ grant: Grant, at seconds: Double = 1) async throws {
        var ending = Self.ending(grant.claim, version: nil, at: seconds)
        (ending.outcome, ending.code) = (.deadLettered, "attempts-exhausted")
        try await ledger.complete(ending, under: grant.claim)
        try await ledger.announced(grant.claim.identity, round: grant.claim.round)
    }

    /// The dead letter of a command's round, as the ledger needs to know it.
    public static func letter(_ id: String, of subscription: String = "SUB-1", round: Int? = 1) -> LetterOfCommand {
        LetterOfCommand(
            identity: CommandIdentity(source: "/shop", id: id),
            fingerprint: "fingerprint of \(id)",
            subscriptionID: subscription,
            round: round,
            time: time(0)
        )
    }

    /// Opens a round, at second 5.
    public func openRound(_ letter: LetterOfCommand) async throws -> RoundVerdict {
        try await ledger.openRound(letter, at: Self.time(5))
    }

    /// Wakes, and answers with the ids.
    public func wake(at seconds: Double, limit: Int = 100) async throws -> [String] {
        try await ledger.wake(limit: limit, now: Self.time(seconds)).map(\.grant.claim.identity.id)
    }

    /// Wakes, and answers with the only one.
    public func wakeOne(at seconds: Double) async throws -> Grant {
        let woken = try await ledger.wake(limit: 100, now: Self.time(seconds))
        return try #require(woken.count == 1 ? woken.first : nil, "woken: \(woken)").grant
    }

    /// Where a command stands.
    public func state(of id: String) async throws -> OrderRecord.State? {
        try await ledger.orders(withID: id).first?.state
    }

    /// A success, or for a version of `nil` a rejection.
    public static func ending(_ claim: Claim, version: Int?, at seconds: Double) -> Ending {
        Ending(
            outcome: version == nil ? .rejected : .succeeded,
            code: version == nil ? "version-mismatch" : nil,
            publishings: [event(claim.identity)],
            known: version.map { KnownSubscription(version: $0, kind: .paid, endsWithTerm: false) },
            endedAt: time(seconds)
        )
    }

    /// The outcome event of a command.
    public static func event(_ identity: CommandIdentity) -> Publishing {
        Publishing(
            exchange: "orders.events",
            routingKey: "renew-subscription.succeeded",
            properties: Properties(contentType: "application/cloudevents+json", messageID: "event of \(identity.id)"),
            body: Array("{\"outcome of\":\"\(identity.id)\"}".utf8)
        )
    }

    /// Something went otherwise than the test needs it to go on.
    public struct Surprise: Error, CustomStringConvertible {
        /// What happened.
        public var description: String

        /// Says what happened.
        public init(_ description: String) { self.description = description }
    }
}
