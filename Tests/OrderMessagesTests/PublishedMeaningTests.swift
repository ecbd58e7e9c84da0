import SubscriptionLifecycle
import Testing

@testable import OrderMessages

/// Words that people act on: each is held against what the code does.
@Suite("Published meanings are true")
struct PublishedMeaningTests {
    @Test("What has ended isn't advised to be released, which only open commands can be")
    func released() {
        for reason in DeadLetterReason.allCases {
            #expect(!reason.explanation.action.contains("release"), "\(reason)")
        }
        #expect(DeadLetterReason.partiallyApplied.explanation.action.contains("replay or discard"))
    }

    @Test("version-mismatch means both being past a version and a creation that expects one")
    func versionMismatch() throws {
        let meaning = RejectionCode.versionMismatch.explanation.meaning
        #expect(!meaning.contains("past"))
        // A creation that expects what isn't there yet is refused at once, though it isn't past anything.
        let event = Messages.structured(
            try Examples.command(.createSubscription, "minimal").setting(["data", "expectedVersion"], 5)
        )
        let order = try Translator().translate(event, from: .createSubscription)
        guard case .change(let command) = order.command else { throw SampleError.isRefused(.createSubscription) }
        let today = LocalDate(year: 2026, month: 3, day: 1) ?? .epoch
        let verdict = Lifecycle().decide(command, on: Snapshot(subscription: nil), today: today, patience: .left)
        guard case .rejected(let rejection) = verdict else { throw SampleError.isRefused(.createSubscription) }
        #expect(rejection.code == .versionMismatch)
    }
}
