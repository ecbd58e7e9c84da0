import OrderMessages
import SubscriptionLifecycle
import Testing

@testable import OrderWorker

@Suite("A command to preview")
struct PreviewDraftTests {
    private func order(dryRun: String) throws -> Result<Order, Poison> {
        let event = """
            {"specversion":"1.0","id":"1","source":"/shop","type":"orders.renew-subscription.v1","dryrun":\(dryRun),
             "data":{"subscriptionId":"SUB-1","expectedVersion":4,"term":{"months":12}}}
            """
        let draft = try PreviewDraft(file: nil, data: event, operation: nil)
        let settings = try WorkerSettings(SettingValues([:]), needsEMS: false)
        do throws(Poison) { return .success(try draft.order(settings)) } catch { return .failure(error) }
    }

    @Test("keeps the version it expects though it is marked as a dry run", arguments: ["true", "false"])
    func mark(_ dryRun: String) throws {
        guard case .change(let command) = try order(dryRun: dryRun).get().command else { throw Surprise() }
        #expect(command.expectedVersion == 4)
    }

    @Test("is refused with a mark that the worker refuses", arguments: [#""true""#, "1", "[]"])
    func wrongMark(_ dryRun: String) throws {
        guard case .failure(let poison) = try order(dryRun: dryRun) else { throw Surprise() }
        #expect(poison.reason == .schemaViolation && poison.path == "dryrun")
    }

    private struct Surprise: Error {}
}
