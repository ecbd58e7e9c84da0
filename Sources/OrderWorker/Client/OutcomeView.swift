import Foundation

/// An outcome event as the command line shows it: what a person asks of it, read tolerantly.
struct OutcomeView: Decodable, Sendable {
    struct Payload: Decodable, Sendable {
        var command: Command
        var operation: String
        var outcome: String
        var subscriptionId: String?
        var version: Int?
        var previousState: String?
        var state: String?
        var endsWithTerm: Bool?
        var changes: [Change]?
        var rejection: Rejection?
        var deadLetter: DeadLetter?
        var entitlement: Entitlement?
        var count: Int?
    }

    struct Command: Decodable, Hashable, Sendable {
        var id: String
        var source: String
    }

    struct Change: Decodable, Sendable {
        var field: String
        var from: Scalar
        var to: Scalar
    }

    struct Rejection: Decodable, Sendable {
        var code: String
        var message: String
    }

    struct DeadLetter: Decodable, Sendable {
        var reason: String
        var detail: String
    }

    struct Entitlement: Decodable, Sendable {
        struct Term: Decodable, Sendable {
            var start: String?
            var end: String?
        }

        struct LineItem: Decodable, Sendable {
            var lineId: String
            var quantity: Int
            var emsState: String
        }

        var entitlementId: String
        var emsState: String
        var term: Term?
        var lineItems: [LineItem]?
    }

    /// A value of a change, as one word.
    struct Scalar: Decodable, Sendable, CustomStringConvertible {
        var description: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                description = "–"
            } else if let text = try? container.decode(String.self) {
                description = text
            } else if let number = try? container.decode(Int.self) {
                description = String(number)
            } else if let flag = try? container.decode(Bool.self) {
                description = String(flag)
            } else if let line = try? container.decode(Line.self) {
                description =
                    "\(line.quantity.map { "\($0) × " } ?? "")\(line.product?.name ?? line.product?.externalId ?? "line")"
            } else {
                description = "…"
            }
        }

        private struct Line: Decodable {
            struct Product: Decodable {
                var name: String?
                var externalId: String?
            }

            var quantity: Int?
            var product: Product?
        }
    }

    var id: String
    var type: String
    var time: String?
    var data: Payload
}
