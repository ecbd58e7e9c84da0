import Foundation
import OrderMessages
import SubscriptionLifecycle

/// The examples in `Contracts/`.
enum PublishedExample {
    struct Surprise: Error {}

    /// The day on which they were decided.
    static let today = LocalDate(year: 2026, month: 3, day: 1) ?? .epoch

    static func json(_ operation: OrderOperation, _ name: String) throws -> JSON {
        try JSONReader.read(Array(Data(contentsOf: url(operation, name))))
    }

    static func url(_ operation: OrderOperation, _ name: String) -> URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Contracts/examples/\(operation.rawValue)/\(name).json")
    }

    /// Whether what is published shall be written instead of compared.
    static let isUpdating = ProcessInfo.processInfo.environment["UPDATE_CONTRACTS"] == "1"

    /// Writes the calls into a published preview; all else of it the contracts' own tests write.
    static func write(calls: [JSON], into preview: JSON, of operation: OrderOperation) throws -> JSON {
        guard case .object(var event) = preview, case .object(var data)? = event["data"],
            let place = event.members.firstIndex(where: { $0.name == "data" }),
            let calling = data.members.firstIndex(where: { $0.name == "calls" })
        else { throw Surprise() }
        data.members[calling].value = .array(calls)
        event.members[place].value = .object(data)
        try Data(JSON.object(event).prettyText.utf8).write(to: url(operation, "previewed"))
        return .object(event)
    }

    /// The full command.
    static func order(_ operation: OrderOperation, isDryRun: Bool) throws -> Order {
        guard case .object(var event) = try json(operation, "full") else { throw Surprise() }
        event.append("dryrun", .bool(isDryRun))
        let message = WireMessage(
            contentType: "application/cloudevents+json",
            body: JSON.object(event).compactBytes
        )
        return try Translator().translate(message, from: operation)
    }

    /// What was looked up for the published preview: what the same command shows whose call EMS refused.
    static func snapshot(of operation: OrderOperation, for command: ChangeCommand) throws -> Snapshot {
        let data = try json(operation, "rejected-ems-refused")["data"]
        var snapshot = Snapshot(subscription: nil)
        if let entitlement = data?["entitlement"], let version = data?["version"]?.wholeNumber {
            let isTrial = entitlement["attributes"]?["Order Type"] == "Trial"
            let subscription: JSON = [
                "externalId": .string(command.subscriptionID.description), "version": .integer(version),
                "kind": isTrial ? "trial" : "paid", "entitlement": entitlement,
            ]
            snapshot = try Snapshot(
                json: ["subscription": subscription, "lastVersion": .integer(version)]
            )
        }
        for line in command.addedLines { snapshot.findings.products[line.product] = .enabled }
        if let details = command.newSubscription {
            (snapshot.findings.customer, snapshot.findings.contact) = (.willBeCreated, .willBeCreated)
            guard details.channelPartner != nil else { return snapshot }
            (snapshot.findings.channelPartner, snapshot.findings.channelPartnerID) = (.found, "1031")
        }
        return snapshot
    }
}

extension OrderOperation {
    /// Those that change something.
    static var changing: [OrderOperation] { allCases.filter { !$0.isRead } }
}
