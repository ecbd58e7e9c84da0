public import AMQP
public import Foundation
public import OrderMessages
public import SubscriptionLifecycle

/// A message of the dead-letter queue, as its headers explain it.
public struct KeptLetter: Hashable, Sendable {
    /// Says on a replayed message which round of it this is, for one that the ledger doesn't know.
    public static let roundHeader = "replay-round"

    /// The letter as it lies in the queue.
    public let message: Message
    /// Which command it is, where that can be read.
    public let identity: CommandIdentity?
    /// The operation whose queue it goes back to, where that can be told.
    public let operation: OrderOperation?

    /// Reads the headers, and of the body as much as can be read.
    public init(_ message: Message, _ translator: Translator) {
        self.message = message
        let peeked = translator.peek(WireMessage(message))
        identity = peeked.identity
        let named = message.properties.headers.text("dead-letter-operation").flatMap(OrderOperation.init(rawValue:))
        operation = named ?? OrderOperation(rawValue: message.routingKey.rawValue) ?? peeked.operation
    }

    /// The command's id, or else the message's.
    public var id: String? { identity?.id ?? message.properties.messageID }
    /// One of the contract's list.
    public var reason: String { header("reason") ?? "" }
    /// What is wrong.
    public var detail: String { header("detail") ?? "" }
    /// When it was put into the queue, as it says.
    public var timeText: String { header("time") ?? "" }
    /// When it was put into the queue.
    public var time: Date? { header("time").flatMap { try? Date($0, strategy: .iso8601) } }
    /// The round that ended in it.
    public var round: Int? { header("round").flatMap { Int($0) } }
    /// Why it can't be sent again as it is; `nil` when it can.
    public var obstacle: String? {
        if header("body-omitted") != nil { return "its body was too large to be kept; discard it" }
        return operation == nil ? "its operation can't be told; replay it with --edit and a whole event" : nil
    }

    /// Names the letter for notes, also one that can't be read.
    public var key: String {
        let words = [identity?.source ?? "", id ?? "", header("round") ?? "", timeText, reason]
        return ContentDigest.sha256(Array(words.joined(separator: "\u{0}").utf8) + message.body)
    }

    /// The text of a header by the rest of its name.
    private func header(_ name: String) -> String? { message.properties.headers.text("dead-letter-\(name)") }
}

extension Message {
    /// The round that an operator's replay has given it; bounded, since anybody may send the header.
    var replayRound: Int? {
        guard case .integer(let round)? = properties.headers[KeptLetter.roundHeader] else { return nil }
        return (1...1_000_000).contains(round) ? Int(round) : nil
    }
}
