import Foundation
import LedgerStorage
import OrderFulfilment
import OrderMessages
import SubscriptionLifecycle
import TestKit
import Testing

/// What of a case file stands in a ledger.
@Suite struct StoredCaseTests {
    private func inputs(_ bytes: Int) throws -> DecisionInputs {
        DecisionInputs(
            today: try #require(LocalDate("2026-03-01")),
            patience: .exhausted,
            policies: LifecyclePolicies(conversionWindow: Window(days: 7), renewalGrace: Window(days: 8)),
            content: ["type": "t", "data": .string(String(repeating: "x", count: bytes))],
            snapshot: Snapshot(subscription: nil, lastVersion: 4)
        )
    }

    @Test func `Inputs up to the bound are kept whole, of larger ones what isn't large`() throws {
        let small = try inputs(StoredCase.largestInputs - 1000)
        #expect(StoredCase.inputs(StoredCase.text(of: small)) == small)
        let large = try inputs(StoredCase.largestInputs)
        let text = StoredCase.text(of: large)
        #expect(text.utf8.count < 1000)
        let kept = try #require(StoredCase.inputs(text))
        #expect(kept.content == nil && kept.snapshot == nil)
        #expect(kept.today == large.today && kept.patience == .exhausted && kept.policies == large.policies)
    }

    @Test func `What a newer release or nobody wrote counts as not kept`() throws {
        let text = StoredCase.text(of: try inputs(1))
        #expect(StoredCase.inputs(text.replacing(#""v":1"#, with: #""v":2"#)) == nil)
        #expect(StoredCase.inputs("rubbish") == nil && StoredCase.inputs(nil) == nil)
        // Neither is a snapshot that can't be read the same as one that was too large.
        let strange = text.replacing(#""lastVersion":4"#, with: #""lastVersion":"many""#)
        let wrong = text.replacing(#""lastVersion":4"#, with: #""lastVersion":4,"subscription":"x""#)
        #expect(wrong != text)
        for unreadable in [strange, wrong, "rubbish"] {
            let file = StoredCase.file(inputs: unreadable, entries: nil, announcedAt: nil)
            #expect(file.inputs == nil && file.isUnreadable)
        }
        #expect(!StoredCase.file(inputs: nil, entries: nil, announcedAt: nil).isUnreadable)
        #expect(!StoredCase.file(inputs: text, entries: nil, announcedAt: nil).isUnreadable)
        let entry = CaseEntry(.failed, at: Date(timeIntervalSince1970: 1_790_000_000.123), "503")
        let lines = "rubbish\n" + StoredCase.text(of: [entry]) + #"{"t":1,"k":"unheard-of","d":""}"# + "\n"
        #expect(StoredCase.entries(lines) == [entry])
    }

    @Test func `How much is kept is counted in bytes`() async throws {
        let fourBytes = String(repeating: "🦊", count: CaseEntry.longestDetail)
        let scene = try await LedgerScene(SQLiteLedgerStore())
        var grant = try await scene.grant("1")
        for number in 1...60 {
            let time = LedgerScene.time(Double(number))
            var parking = Parking(wait: .settling, due: time, detail: "no answer")
            parking.caseFile = CaseFile(entries: [CaseEntry(.parked, at: time, fourBytes)])
            try await scene.ledger.park(parking, under: grant.claim)
            grant = try await scene.wakeOne(at: Double(number))
        }
        let entries = try await scene.ledger.caseFile(of: grant.claim.identity)?.entries ?? []
        #expect(entries.count == StoredCase.largestEntries / StoredCase.text(of: [entries[0]]).utf8.count + 1)
    }

    @Test func `A sentence is cut where it gets too long`() {
        let entry = CaseEntry(.failed, at: Date(), String(repeating: "x", count: 1000))
        #expect(entry.detail.count == CaseEntry.longestDetail)
        // One character to a person: a letter with a thousand accents.
        let accents = CaseEntry(.failed, at: Date(), "e" + String(repeating: "\u{301}", count: 1000))
        #expect(accents.detail.unicodeScalars.count == CaseEntry.longestDetail)
    }
}
