import Foundation
import Testing

@testable import OrderWorker

@Suite("Where a subscriber's answer comes from")
struct AnswerSourceTests {
    @Test("A file, as it is now; one that isn't there yet is no answer")
    func file() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "answer-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try await AnswerSource.file(file.path).text() == nil)
        try Data(#"{"applied":"1"}"#.utf8).write(to: file)
        #expect(try await AnswerSource.file(file.path).text() == #"{"applied":"1"}"#)
    }

    @Test("What a command prints, however much it is")
    func command() async throws {
        let text = try await AnswerSource.command("seq 100000 | sed 's/.*/{\"applied\":\"&\"}/'").text()
        #expect(SubscriberAnswer(text ?? "").applied.count == 100_000)
    }

    @Test("A command that fails is told")
    func failure() async throws {
        let failure = await #expect(throws: CommandFailure.self) { try await AnswerSource.command("exit 3").text() }
        #expect(failure?.description.contains("status 3: exit 3") == true)
    }

    @Test("The answer's lines come in any order; the last view counts, others are passed over")
    func lines() {
        let answer = SubscriberAnswer(
            """
            {"applied":"1"}
            {"subscriptionId":"S","version":1,"state":"trial"}

            {"command":"order-1","outcome":"succeeded"}
            {"subscriptionId":"S","version":2}
            {"applied":"1"}
            broken
            """
        )
        #expect(answer.views == ["S": .init(version: 2, state: nil)])
        #expect(answer.applied == ["1": 2])
        #expect(answer.unreadable == [7])
    }
}
