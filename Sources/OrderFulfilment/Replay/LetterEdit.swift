import AMQP
import Foundation
import OrderMessages
import SubscriptionLifecycle

/// What an operator sends in a dead letter's stead: other data, or a whole event.
///
/// The new id is made of the letter and of what is sent: a second attempt after a crash sends the same command.
public struct LetterEdit: Hashable, Sendable {
    /// The text is no JSON object.
    public struct Problem: Error, CustomStringConvertible {
        /// What is wrong.
        public let description: String
    }

    private let object: JSON.Object
    private let newID: String?

    /// Reads JSON: the data of the command, or with `specversion` the whole event.
    public init(_ bytes: [UInt8], newID: String? = nil) throws(Problem) {
        let json: JSON
        do throws(JSONError) { json = try JSONReader.read(bytes) } catch {
            throw Problem(description: "the edit is no JSON: \(error)")
        }
        guard case .object(let object) = json else {
            throw Problem(description: "the edit must be a JSON object: the command's data, or a whole event")
        }
        self.object = object
        self.newID = newID
    }

    private var isEvent: Bool { object["specversion"] != nil }

    /// The id of the command that goes in the letter's stead.
    func id(for letter: KeptLetter) -> String {
        newID
            ?? ContentDigest.sha256(Array(letter.key.utf8) + JSON.object(object).canonicalBytes).prefix(32).description
    }

    func plan(for letter: KeptLetter, _ topology: OrderTopology) throws -> LetterPlan {
        guard let event = event(for: letter) else {
            return .refuse("it can't be read as an event; give --edit a whole event instead of its data")
        }
        let type = event["type"]?.text?.split(separator: ".").dropFirst().first.map(String.init)
        guard let operation = type.flatMap(OrderOperation.init(rawValue:)) ?? letter.operation else {
            return .refuse("its operation can't be told; give --edit a whole event with its type")
        }
        let id = id(for: letter)
        var properties = letter.message.properties.strippedForRepublish
        properties.headers.fields.removeAll { field in
            field.name.hasPrefix("dead-letter-") || field.name.hasPrefix("cloudEvents")
                || field.name == KeptLetter.roundHeader
        }
        properties.contentType = "application/cloudevents+json"
        properties.messageID = id
        let publishing = Publishing(
            exchange: topology.commands,
            routingKey: RoutingKey(operation.rawValue),
            properties: properties,
            body: JSON.object(event).compactBytes
        )
        return .replace(publishing, id: id)
    }

    /// The event under its new id; `nil` when only data is given and the letter has no event to put it into.
    private func event(for letter: KeptLetter) -> JSON.Object? {
        var event: JSON.Object
        if isEvent {
            event = object
        } else {
            guard let original = Translator().event(WireMessage(letter.message)) else { return nil }
            event = original
            event.members.removeAll { $0.name == "data" }
            event.append("data", .object(object))
        }
        // Data of a binary-mode letter, or of one without a source, still needs one.
        if event["source"] == nil { event.append("source", letter.identity?.source ?? "/order-worker/replay") }
        event.members.removeAll { ["id", "replaces"].contains($0.name) }
        event.append("id", id(for: letter))
        event.append("replaces", letter.id)
        return event
    }
}
