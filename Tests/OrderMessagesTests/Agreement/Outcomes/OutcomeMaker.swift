import Foundation
import OrderMessages
import SubscriptionLifecycle

/// Makes outcome events of all kinds from random values: more than the rules of the lifecycle would bring about.
struct OutcomeMaker {
    var chance: Chance

    mutating func event() -> OutcomeEvent {
        let operation = chance.one(OrderOperation.allCases)
        let content = content(of: operation)
        // Only a dead letter of a command that couldn't be read doesn't know whom it was about.
        let isNamed = if case .deadLettered = content { false } else { !operation.isRead }
        return OutcomeEvent(
            id: word(),
            operation: operation,
            command: CommandIdentity(source: word(), id: word()),
            correlationID: word(),
            subscriptionID: isNamed ? word() : maybe { $0.word() },
            orderID: maybe { $0.word() },
            time: Date(timeIntervalSince1970: Double(chance.number(-80_000_000_000...300_000_000_000)) + 0.0625),
            traceparent: maybe { $0.word() },
            tracestate: maybe { $0.word() },
            content: content
        )
    }

    private mutating func content(of operation: OrderOperation) -> OutcomeEvent.Content {
        let word = chance.one(OutcomeSchema.outcomes(of: operation))
        let state = maybe { $0.state() }
        return switch word {
        case "rejected": .rejected(rejection(), from: state, maybe { $0.found() })
        case "dead-lettered":
            .deadLettered(
                chance.one(DeadLetterReason.allCases),
                detail: text(),
                attempts: ordinal(),
                applied: several { $0.change() },
                missing: several { $0.change() },
                version: maybe { $0.ordinal() }
            )
        case "previewed" where chance.happens(40):
            .previewRejected(rejection(), from: state, maybe { $0.found() }, guards: several { $0.check() })
        case "previewed":
            .previewed(
                expected(),
                changes: several { $0.change() },
                calls: several { $0.call() },
                guards: several { $0.check() }
            )
        case "entitlement": .syncItem(found())
        case _ where operation == .viewEntitlement: .viewed(found())
        case _ where operation == .syncEntitlements: .synced(count: count(), modifiedSince: day())
        default: .changed(changed(), changes: several { $0.change() })
        }
    }

    /// A subscription that is there, as a read or a rejection tells it.
    private mutating func found() -> OutcomeEvent.Standing {
        OutcomeEvent.Standing(
            version: ordinal(),
            state: state(),
            endsWithTerm: chance.happens(50),
            entitlement: entitlement(),
            activations: maybe { maker in
                maker.several {
                    Activation(
                        activationID: $0.text(),
                        productKeyID: $0.text(),
                        quantity: $0.number(),
                        activatedAt: $0.maybe { $0.text() },
                        state: $0.maybe { $0.text() }
                    )
                }
            }
        )
    }

    private mutating func changed() -> OutcomeEvent.Standing {
        var standing = found()
        standing.previousState = state()
        return standing
    }

    private mutating func expected() -> OutcomeEvent.Standing {
        var standing = changed()
        standing.entitlement = nil
        return standing
    }

    private mutating func entitlement() -> Entitlement {
        Entitlement(
            entitlementID: text(),
            externalID: chance.happens(50) ? "" : word(),
            state: chance.one(Entitlement.State.allCases),
            term: term(),
            customer: maybe { $0.party() },
            channelPartner: maybe { $0.party() },
            contactEmail: maybe { $0.text() },
            orderID: maybe { $0.text() },
            purchaseOrder: maybe { $0.text() },
            lineItems: several { maker in
                Entitlement.LineItem(
                    lineID: LineID(foreign: maker.text()),
                    productKeyID: maker.text(),
                    product: Entitlement.Product(
                        id: maker.maybe { $0.text() },
                        externalID: maker.maybe { $0.text() },
                        identifier: maker.maybe { $0.text() },
                        name: maker.maybe { $0.text() },
                        version: maker.maybe { $0.text() }
                    ),
                    quantity: maker.number(),
                    available: maker.number(),
                    state: maker.chance.one(Entitlement.State.allCases),
                    term: maker.term(),
                    attributes: maker.attributes()
                )
            },
            attributes: attributes()
        )
    }

    private mutating func party() -> Entitlement.Party {
        Entitlement.Party(
            id: maybe { $0.text() },
            identifier: maybe { $0.text() },
            externalID: maybe { $0.text() },
            name: maybe { $0.text() }
        )
    }

    private mutating func rejection() -> Rejection {
        Rejection(
            chance.one(RejectionCode.allCases),
            text(),
            observed: facts(),
            required: facts()
        )
    }
}

/// The small parts.
extension OutcomeMaker {
    fileprivate mutating func maybe<Value>(_ make: (inout OutcomeMaker) -> Value) -> Value? {
        chance.happens(60) ? make(&self) : nil
    }

    fileprivate mutating func several<Value>(_ make: (inout OutcomeMaker) -> Value) -> [Value] {
        (0..<chance.one([0, 1, 1, 2, 4])).map { _ in make(&self) }
    }

    /// What EMS or a person has written: anything.
    fileprivate mutating func text() -> String { text(.lines) }

    /// What has no line breaks: names of attributes, what the translator took from a command, what the worker writes.
    fileprivate mutating func line() -> String { text(.line) }

    private mutating func text(_ pattern: TextPattern) -> String {
        var maker = Maker(chance: chance)
        defer { chance = maker.chance }
        return maker.text(pattern, chance.one([0, 1, 5, 12, 300]))
    }

    /// A line that isn't empty.
    fileprivate mutating func word() -> String { "w" + line() }

    fileprivate mutating func number() -> Int { chance.one([0, 1, -1, 10, 1_000_000_000, .max, .min]) }

    fileprivate mutating func count() -> Int { chance.one([0, 1, 2, 77, .max]) }

    /// What counts from 1.
    fileprivate mutating func ordinal() -> Int { chance.one([1, 2, 77, .max]) }

    fileprivate mutating func state() -> SubscriptionState { chance.one(SubscriptionState.allCases) }

    fileprivate mutating func day() -> LocalDate {
        LocalDate(daysSince1970: chance.number(-719_162...2_932_896)) ?? .epoch
    }

    fileprivate mutating func term() -> Entitlement.Term {
        Entitlement.Term(start: maybe { $0.day() }, end: maybe { $0.day() })
    }

    fileprivate mutating func attributes() -> [String: String] {
        Dictionary(several { ($0.line(), $0.text()) }) { first, _ in first }
    }

    fileprivate mutating func check() -> Check {
        Check(
            chance.one(Check.Name.allCases),
            isHeld: chance.happens(50),
            observed: facts(),
            required: facts()
        )
    }

    fileprivate mutating func facts() -> [String: Fact] {
        Dictionary(several { ($0.line(), $0.fact()) }) { first, _ in first }
    }

    fileprivate mutating func fact() -> Fact {
        switch chance.number(0...4) {
        case 0: return .text(text())
        case 1: return .count(number())
        case 2: return .flag(chance.happens(50))
        case 3: return .date(day())
        default:
            let product = chance.one([
                ProductReference.externalID(text()), .identifier(text()), .nameVersion(name: text(), version: text()),
            ])
            let item = NewLineItem(
                lineID: LineID(foreign: text()),
                product: product,
                quantity: count(),
                attributes: attributes()
            )
            return .line(LineItemDraft(item: item, term: term()))
        }
    }

    fileprivate mutating func change() -> Change {
        let line = LineID(foreign: text())
        let field = chance.one([
            Change.Field.state, .termStart, .termEnd, .orderID, .purchaseOrder, .attribute(text()), .line(line),
            .lineState(line), .lineStart(line), .lineEnd(line), .lineQuantity(line),
        ])
        return Change(field, from: maybe { $0.fact() }, to: maybe { $0.fact() })
    }

    fileprivate mutating func call() -> PlannedCall {
        PlannedCall(
            method: line(),
            path: line(),
            body: maybe { $0.chance.one(["{}", #"{"a":[1,null]}"#, "no JSON", ""]) }
        )
    }
}
