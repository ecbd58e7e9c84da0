import OrderMessages
import SubscriptionLifecycle

/// A subscription and a command that the rules refuse with one code; the rules themselves are then asked.
struct RefusedScene {
    let operation: OrderOperation
    var command: ChangeCommand
    var subscription: Subscription?
    var findings = Findings()

    private static let lastYear = LocalDate("2026-01-15")
    private static let lineOne = LineID(foreign: "1")

    /// The full command of an operation on what it would find, changed so that the code is the answer.
    ///
    /// `nil` for a code that isn't the rules' but what EMS answers.
    init?(_ code: RejectionCode, _ command: ChangeCommand, on subscription: Subscription?, found: Subscription) {
        operation = command.operation
        self.command = command
        self.command.expectedVersion = nil
        self.subscription = subscription
        switch code {
        case .subscriptionExists: self.subscription = found
        case .subscriptionNotFound: self.subscription = nil
        case .subscriptionCancelled: find(found) { $0.entitlement.state = .closed }
        case .subscriptionSuspended:
            find(found) { $0.entitlement.state = .disabled }
            withdraw()
        case .subscriptionLapsed, .trialExpired:
            find(found) { $0.entitlement.term.end = Self.lastYear }
            withdraw()
            if operation == .cancelSubscription, code == .trialExpired {
                self.subscription?.kind = .trial
                self.subscription?.entitlement.attributes["Order Type"] = "Trial"
            }
        case .trialNotConverted:
            find(found) {
                $0.kind = .trial
                $0.entitlement.attributes["Order Type"] = "Trial"
            }
        case .notATrial:
            find(found) {
                $0.kind = .paid
                $0.entitlement.attributes["Order Type"] = "Subscription"
            }
        case .cancellationScheduled:
            find(found) {
                $0.endsWithTerm = true
                $0.entitlement.attributes["Ends With Term"] = "true"
            }
        case .noCancellationScheduled: self.command.action = .cancel(.withdraw)
        case .termNotExtended: change { renewal, _ in renewal.length = .until(found.entitlement.term.end ?? .epoch) }
        case .termInvalid: makeTermInvalid(found)
        case .lineItemExists: takeLineTwice()
        case .lineItemNotFound: change { $1.change = [.init(lineID: LineID(foreign: "9"), quantity: 20)] }
        case .lineItemNotIncreased, .lineItemNotReduced:
            change { $1.change = [.init(lineID: Self.lineOne, quantity: 10)] }
        case .noLineItemsLeft: leaveNoLine(found)
        case .quantityBelowActivated:
            // More is activated than was ordered, and the upsell orders fewer than that.
            let isUpsell = operation == .renewWithUpsell
            find(found) { if isUpsell { $0.entitlement.lineItems[0].available = -12 } }
            let total = isUpsell ? 20 : 3
            change { $1.change = [.init(lineID: Self.lineOne, quantity: total)] }
        case .productNotFound: for line in command.addedLines { findings.products[line.product] = .missing }
        case .productNotEnabled:
            for line in command.addedLines { findings.products[line.product] = .notEnabled(state: "DRAFT") }
        case .customerNotFound:
            findings.customer = .missing(because: "externalId CUST-17 is unknown, and none may be created")
        case .channelPartnerNotFound: findings.channelPartner = .missing(because: "PARTNER-3 is unknown")
        case .versionMismatch:
            find(found) { $0.version = 2 }
            self.command.expectedVersion = operation.createsSubscription ? 0 : 1
        case .predecessorTimeout: self.command.expectedVersion = 3
        case .entitlementNotFound, .emsConflict, .emsRefused: return nil
        }
    }

    /// What the rules answer; the last possible moment, so that nothing is only premature.
    func examination(on today: LocalDate) -> Examination {
        let snapshot = Snapshot(
            subscription: subscription,
            lastVersion: subscription?.version ?? 0,
            findings: findings
        )
        return Lifecycle().examine(command, on: snapshot, today: today, patience: .exhausted)
    }

    private mutating func find(_ found: Subscription, _ body: (inout Subscription) -> Void) {
        var found = found
        body(&found)
        subscription = found
    }

    /// A cancellation that is refused for the state is one that is to be taken back.
    private mutating func withdraw() {
        guard case .cancel = command.action else { return }
        command.action = .cancel(.withdraw)
        subscription?.endsWithTerm = true
        subscription?.entitlement.attributes["Ends With Term"] = "true"
    }

    private mutating func change(_ body: (inout Renewal, inout LineItemChanges) -> Void) {
        switch command.action {
        case .convert(var conversion):
            var renewal = Renewal(length: conversion.length)
            conversion.lineItems = LineItemChanges()
            body(&renewal, &conversion.lineItems)
            command.action = .convert(conversion)
        case .renew(var renewal):
            var none = LineItemChanges()
            body(&renewal, &none)
            command.action = .renew(renewal)
        case .upsell(var renewal, var lines):
            body(&renewal, &lines)
            command.action = .upsell(renewal, lines)
        case .reduce(var renewal, var lines):
            body(&renewal, &lines)
            command.action = .reduce(renewal, lines)
        case .create, .startTrial, .cancel: break
        }
    }

    /// A first term that ends before it starts, or a term that leads out of the calendar.
    private mutating func makeTermInvalid(_ found: Subscription) {
        switch command.action {
        case .create(var create):
            create.length = .until(Self.lastYear ?? .epoch)
            command.action = .create(create)
        case .startTrial(var trial):
            trial.start = LocalDate("9999-12-15")
            command.action = .startTrial(trial)
        case .convert(var conversion):
            conversion.length = .until(Self.lastYear ?? .epoch)
            command.action = .convert(conversion)
        case .renew, .upsell, .reduce:
            find(found) { $0.entitlement.term.end = LocalDate("9999-06-30") }
            change { renewal, _ in renewal.length = .months(12) }
        case .cancel: break
        }
    }

    private mutating func takeLineTwice() {
        switch command.action {
        case .create(var create):
            create.lineItems.append(create.lineItems[0])
            command.action = .create(create)
        case .startTrial(var trial):
            trial.lineItems.append(trial.lineItems[0])
            command.action = .startTrial(trial)
        case .convert, .upsell:
            change { $1.add = [NewLineItem(lineID: Self.lineOne, product: .externalID("GC3042"), quantity: 1)] }
        case .reduce:
            change { $1.change = [.init(lineID: Self.lineOne, quantity: 8), .init(lineID: Self.lineOne, quantity: 7)] }
        case .renew, .cancel: break
        }
    }

    /// Every line is removed, or was disabled in EMS by hand.
    private mutating func leaveNoLine(_ found: Subscription) {
        if case .renew = command.action {
            find(found) {
                for index in $0.entitlement.lineItems.indices { $0.entitlement.lineItems[index].state = .disabled }
            }
        } else {
            change { $1 = LineItemChanges(remove: found.entitlement.lineItems.map(\.lineID)) }
        }
    }
}
