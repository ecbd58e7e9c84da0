import Foundation
import LocalServers
import SubscriptionLifecycle

/// A running `ems-sandbox`, and what can be seen of EMS past the worker.
final class Sandbox: Sendable {
    private let program: KeptProgram
    let port: Int

    static func start(in folder: URL) async throws -> Sandbox {
        let program = try await KeptProgram.start(
            try Programs.path("ems-sandbox"),
            ["--host", "127.0.0.1", "--port", "0"],
            logFile: folder.appending(path: "ems-sandbox.log")
        )
        let words = "listening on http://127.0.0.1:"
        let isUp = await holds(within: 30) { program.log.contains(words) && program.log.hasSuffix("\n") }
        let digits = program.log.components(separatedBy: words).last?.prefix { $0.isNumber } ?? ""
        guard isUp, let port = Int(digits) else { throw NotInTime(description: "no ems-sandbox: \(program.log)") }
        return Sandbox(program, port)
    }

    private init(_ program: KeptProgram, _ port: Int) {
        self.program = program
        self.port = port
    }

    private var root: String { "http://127.0.0.1:\(port)" }
    private var api: String { "\(root)/ems/api/v5" }

    /// Back to an empty tenant without faults.
    func reset() async throws {
        try await HTTP.send("DELETE", "\(root)/sandbox/state")
        try await calm()
    }

    /// No more faults.
    func calm() async throws { try await HTTP.send("DELETE", "\(root)/sandbox/faults") }

    /// How many calls were struck by faults, but for the one that was armed last.
    func strikes() async throws -> Int {
        let answer = try await HTTP.send("GET", "\(root)/sandbox/faults")
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        guard let faults = json?["faults"] as? [[String: Any]] else {
            throw NotInTime(
                description: "the sandbox doesn't tell its faults: \(String(decoding: answer.body, as: UTF8.self))"
            )
        }
        return faults.dropLast().reduce(0) { $0 + ($1["hits"] as? Int ?? 0) }
    }

    func fault(_ body: String) async throws {
        let answer = try await HTTP.send("POST", "\(root)/sandbox/faults", body)
        guard answer.status == 201 else { throw NotInTime(description: "fault \(body) refused: \(answer.status)") }
    }

    func end() async {
        program.signal("KILL")
        await program.end()
    }

    /// Makes an entitlement by hand, as somebody did before there was a worker.
    func create(_ held: ModelEntitlement, _ name: String) async throws {
        let customer = #"{"customer":{"externalId":"\#(held.customer)","name":"\#(held.customer)"}}"#
        let made = try await HTTP.send("POST", "\(api)/customers", customer).status
        // Another entitlement may have brought the same one.
        guard made == 201 || (400..<500).contains(made) else {
            throw NotInTime(description: "the sandbox answers \(made) to a customer")
        }
        func term(_ start: LocalDate, _ end: LocalDate) -> [String: Any] {
            ["startDate": "\(start)", "expiry": ["neverExpires": false, "endDate": "\(end)"]]
        }
        let lines = held.lines.sorted { $0.key < $1.key }.map { id, line in
            let members: [String: Any] = [
                "externalId": "\(name)/\(id)", "totalQuantity": line.quantity,
                "item": ["itemProduct": ["product": ["externalId": line.product]]],
            ]
            return members.merging(term(line.start, line.end)) { $1 }
        }
        var members: [String: Any] = [
            "externalId": name, "state": "ENABLE", "customer": ["externalId": held.customer],
            "productKeys": ["productKey": lines],
            "customAttributes": ["customAttribute": held.attributes.map { ["name": $0, "value": $1] }],
        ]
        members["refId1"] = held.purchaseOrder
        members["refId2"] = held.orderID
        let body = try JSONSerialization.data(withJSONObject: [
            "entitlement": members.merging(term(held.start, held.end)) { $1 }
        ])
        let answer = try await HTTP.send("POST", "\(api)/entitlements", String(decoding: body, as: UTF8.self))
        guard answer.status == 201 else {
            throw NotInTime(
                description:
                    "the sandbox answers \(answer.status) to \(name): \(String(decoding: answer.body, as: UTF8.self))"
            )
        }
    }

    // MARK: What EMS holds

    /// The entitlement of a subscription as JSON; `nil` when there is none.
    func entitlement(_ subscription: String) async throws -> [String: Any]? {
        let answer = try await HTTP.send("GET", "\(api)/entitlements/externalId=\(subscription)")
        guard answer.status == 200 else { return nil }
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        return json?["entitlement"] as? [String: Any]
    }

    /// A member of every row of a collection, such as every customer's external id.
    func all(_ member: String, of collection: String, _ element: String) async throws -> [String] {
        var values: [String] = []
        while true {
            let query = "pageStartIndex=\(values.count)&pageSize=200"
            let answer = try await HTTP.send("GET", "\(api)/\(collection)?\(query)")
            let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
            let rows = (json?[collection] as? [String: Any])?[element] as? [[String: Any]] ?? []
            guard !rows.isEmpty else { return values }
            values += rows.map { $0[member] as? String ?? "" }
        }
    }

    /// What was done to a subscription, by whom, as EMS's audit log has it.
    func audit(_ subscription: String) async throws -> [String] {
        let answer = try await HTTP.send("GET", "\(api)/transactions?entityIdentifier=\(subscription)&pageSize=200")
        let json = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
        let rows = (json?["transactions"] as? [String: Any])?["transaction"] as? [[String: Any]] ?? []
        return rows.map { row in
            ["date", "operation", "comments"].map { "\(row[$0] ?? "")" }.joined(separator: " ")
        }
    }

    /// Changes something by hand; answers whether EMS took it.
    func edit(_ edit: HandEdit) async throws -> Bool {
        let path = "\(api)/entitlements/externalId=\(edit.subscription)"
        let status: Int =
            switch edit.kind {
            case .note(let text):
                try await patch(
                    path,
                    #""customAttributes":{"customAttribute":[{"name":"\#(HandEdit.noteName)","value":"\#(text)"}]}"#
                )
            case .purchaseOrder(let text): try await patch(path, #""refId1":"\#(text)""#)
            case .end(let day):
                try await patch(path, #""expiry":{"neverExpires":false,"endDate":"\#(day)"}"#)
            case .disable: try await HTTP.send("POST", path + "/disable").status
            case .enable: try await HTTP.send("POST", path + "/enable").status
            case .close: try await HTTP.send("POST", path + "/close").status
            }
        return (200..<300).contains(status)
    }

    private func patch(_ path: String, _ members: String) async throws -> Int {
        try await HTTP.send("PATCH", path, #"{"entitlement":{\#(members)}}"#).status
    }
}
