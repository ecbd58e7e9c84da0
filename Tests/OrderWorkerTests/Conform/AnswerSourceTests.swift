import Foundation
import Testing

@testable import OrderWorker

private var soon: ContinuousClock.Instant { .now + .seconds(60) }

@Suite("Where a subscriber's answer comes from")
struct AnswerSourceTests {
    @Test("A file, as it is now; one that isn't there yet is no answer")
    func file() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "answer-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: file) }
        #expect(try await AnswerSource.file(file.path).bytes(until: .now) == nil)
        try Data(#"{"applied":"1"}"#.utf8).write(to: file)
        #expect(try await AnswerSource.file(file.path).bytes(until: .now) == Array(#"{"applied":"1"}"#.utf8))
    }

    @Test("A file that can't be read is refused before anything is published; one that may come is not")
    func unreadable() throws {
        let folder = FileManager.default.temporaryDirectory
        #expect(throws: CommandFailure.self) { try AnswerSource.file(folder.path).refuseUnreadable() }
        #expect(throws: CommandFailure.self) { try AnswerSource.file("/nowhere/answer.jsonl").refuseUnreadable() }
        try AnswerSource.file(folder.appending(path: "answer-\(UUID().uuidString)").path).refuseUnreadable()
        try AnswerSource.file(#filePath).refuseUnreadable()
    }

    @Test("What a command prints, however much it is")
    func command() async throws {
        let bytes = try await AnswerSource.command("seq 100000 | sed 's/.*/{\"applied\":\"&\"}/'").bytes(until: soon)
        #expect(SubscriberAnswer(bytes ?? []).applied.count == 100_000)
    }

    @Test("A command that fails is told")
    func failure() async throws {
        let failure = await #expect(throws: CommandFailure.self) {
            try await AnswerSource.command("exit 3").bytes(until: soon)
        }
        #expect(failure?.description.contains("status 3: exit 3") == true)
    }

    @Test(
        "A command that doesn't end in time is ended, and one that nobody waits for any more",
        .timeLimit(.minutes(1))
    )
    func hanging() async throws {
        let hanging = AnswerSource.command("trap '' TERM; sleep 600; sleep 600")
        let failure = await #expect(throws: CommandFailure.self) { try await hanging.bytes(until: .now) }
        #expect(failure?.description.contains("did not end in time") == true)
        let asking = Task { try await AnswerSource.command("sleep 600").bytes(until: .now + .seconds(600)) }
        asking.cancel()
        await #expect(throws: CancellationError.self) { try await asking.value }
    }

    @Test("What comes to the end of the input; one that stays open is no answer", .timeLimit(.minutes(1)))
    func input() async throws {
        let (ended, open) = (Pipe(), Pipe())
        for pipe in [ended, open] { try pipe.fileHandleForWriting.write(contentsOf: Data(#"{"applied":"1"}"#.utf8)) }
        try ended.fileHandleForWriting.close()
        let bytes = try await AnswerSource.bytes(toEndOf: ended.fileHandleForReading.fileDescriptor, until: soon)
        #expect(SubscriberAnswer(bytes).applied == ["1": 1])
        let failure = await #expect(throws: CommandFailure.self) {
            try await AnswerSource.bytes(toEndOf: open.fileHandleForReading.fileDescriptor, until: .now)
        }
        #expect(failure?.description.contains("did not end in time") == true)
        let reading = Task {
            try await AnswerSource.bytes(toEndOf: open.fileHandleForReading.fileDescriptor, until: soon)
        }
        reading.cancel()
        await #expect(throws: CancellationError.self) { try await reading.value }
        try open.fileHandleForWriting.close()
    }

    @Test("Lines that end with CRLF are lines, and a bad byte spoils its own alone")
    func bytes() {
        var text = Array("{\"applied\":\"1\"}\r\n{\"applied\":\"2".utf8)
        text.append(0xC3)
        text += Array("\"}\r\n\r\n{\"applied\":\"3\"}".utf8)
        let answer = SubscriberAnswer(text)
        #expect(answer.applied == ["1": 1, "3": 1])
        #expect(answer.unreadable == [2])
        var lines = ByteLines()
        #expect(lines.take([1, 13]) == [])
        #expect(lines.take([10, 13, 2, 10, 10, 3]) == [[1], [13, 2], []])
        #expect(lines.end() == [3])
    }

    @Test("The answer's lines come in any order; the last view counts, others are passed over")
    func lines() {
        let text = """
            {"applied":"1"}
            {"subscriptionId":"S","version":1,"state":"trial"}

            {"command":"order-1","outcome":"succeeded"}
            {"subscriptionId":"S","version":2}
            {"applied":"1"}
            broken
            """
        let answer = SubscriberAnswer(Array(text.utf8))
        #expect(answer.views == ["S": .init(version: 2, state: nil)])
        #expect(answer.applied == ["1": 2])
        #expect(answer.unreadable == [7])
    }
}
