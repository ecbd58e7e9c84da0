import Foundation
import SubscriptionLifecycle

/// One step of the story: what is said about it, and the command that is published.
struct DemoScene {
    /// A line before the rows of a new chapter.
    var chapter: String?
    var operation: OrderOperation
    var id: String
    /// The data of the command, as JSON.
    var data: String
    /// Published before it, without waiting for its outcome: this one must come first to its subscription all the same.
    var hurry: Bool = false

    /// The whole story: all nine operations, an illegal transition, a duplicate and a poison message.
    static func story(today: LocalDate) -> [DemoScene] {
        let acme = #""subscriptionId": "ACME-1""#
        let globex = #""subscriptionId": "GLOBEX-7""#
        let initech = #""subscriptionId": "INITECH-3""#
        func customer(_ name: String) -> String {
            #""customer": {"externalId": "\#(name)", "name": "\#(name)", "contact": {"email": "it@\#(name.lowercased()).example"}}"#
        }
        func line(_ id: String, _ product: String, _ quantity: Int) -> String {
            #"{"lineId": "\#(id)", "product": {"externalId": "\#(product)"}, "quantity": \#(quantity)}"#
        }
        let year = #""term": {"start": "\#(today)", "months": 12}"#
        let next = #""term": {"months": 12}"#
        return [
            DemoScene(
                chapter: "Acme buys, renews, grows and shrinks",
                operation: .createSubscription,
                id: "SO-1001",
                data:
                    "{\(acme), \(customer("Acme")), \(year), \"lineItems\": [\(line("seats", "GC3040", 10)), \(line("reports", "GC3041", 5))]}"
            ),
            DemoScene(operation: .renewSubscription, id: "SO-1002", data: "{\(acme), \(next)}"),
            DemoScene(
                operation: .renewWithUpsell,
                id: "SO-1003",
                data:
                    #"{\#(acme), \#(next), "lineItems": {"add": [\#(line("api", "GC3042", 20))], "change": [{"lineId": "seats", "quantity": 15}]}}"#
            ),
            DemoScene(
                operation: .renewWithReducedTier,
                id: "SO-1004",
                data:
                    #"{\#(acme), \#(next), "lineItems": {"remove": ["reports"], "change": [{"lineId": "seats", "quantity": 8}]}}"#
            ),
            DemoScene(
                chapter: "Globex tries before it buys; a trial can't be renewed",
                operation: .startTrial,
                id: "SO-2001",
                data:
                    #"{\#(globex), \#(customer("Globex")), "trial": {"days": 14}, "lineItems": [\#(line("seats", "GC3040", 3))]}"#
            ),
            DemoScene(operation: .renewSubscription, id: "SO-2002", data: "{\(globex), \(next)}"),
            DemoScene(operation: .convertTrial, id: "SO-2003", data: "{\(globex), \(next)}"),
            DemoScene(
                chapter: "The same order comes a second time: one effect, and the same event byte for byte",
                operation: .convertTrial,
                id: "SO-2003",
                data: "{\(globex), \(next)}"
            ),
            DemoScene(
                chapter: "Initech's renewal overtakes the order it builds on, and waits for it",
                operation: .renewSubscription,
                id: "SO-3002",
                data: #"{\#(initech), "expectedVersion": 1, \#(next)}"#,
                hurry: true
            ),
            DemoScene(
                operation: .createSubscription,
                id: "SO-3001",
                data:
                    #"{\#(initech), "expectedVersion": 0, \#(customer("Initech")), \#(year), "lineItems": [\#(line("seats", "GC3041", 1))]}"#
            ),
            DemoScene(
                chapter: "A typing error is no order: it goes to the dead-letter queue, with its reason and path",
                operation: .renewSubscription,
                id: "SO-1005",
                data: #"{\#(acme), "term": {"month": 12}}"#
            ),
            DemoScene(
                chapter: "Globex will leave at the end of its term, Acme leaves now; what is cancelled stays cancelled",
                operation: .cancelSubscription,
                id: "SO-2004",
                data: #"{\#(globex), "effective": "end-of-term"}"#
            ),
            DemoScene(operation: .cancelSubscription, id: "SO-1006", data: "{\(acme)}"),
            DemoScene(operation: .renewSubscription, id: "SO-1007", data: "{\(acme), \(next)}"),
            DemoScene(
                chapter: "Looking at one entitlement, and at all of them",
                operation: .viewEntitlement,
                id: "SO-9001",
                data: "{\(globex)}"
            ),
            DemoScene(operation: .syncEntitlements, id: "SO-9002", data: "{}"),
        ]
    }
}
