import AMQP
import OrderFulfilment
import OrderMessages
import Testing

@testable import OrderWorker

@Suite struct LetterReportTests {
    private func letter(_ id: String, round: Int?) -> KeptLetter {
        var properties = Properties(contentType: "application/cloudevents+json")
        if let round { properties.headers["dead-letter-round"] = .text("\(round)") }
        let body = #"""
            {"specversion":"1.0","id":"\#(id)","source":"/shop","type":"orders.renew-subscription.v1","data":{}}
            """#
        let message = Message(
            exchange: "orders.dead-letter",
            routingKey: "renew-subscription",
            properties: properties,
            body: Array(body.utf8)
        )
        return KeptLetter(message, Translator())
    }

    @Test func `Copies of a letter are dealt with too, and the command's next death is left`() async {
        let report = LetterReport(isPlan: false, isQuiet: true)
        #expect(await report.meets(letter("A", round: 1)))
        #expect(await report.meets(letter("A", round: 1)), "a copy")
        #expect(await !report.meets(letter("A", round: 2)), "its next death")
        #expect(await report.meets(letter("B", round: 3)), "another command")
        #expect(await report.meets(letter("B", round: 2)), "an older one")
    }

    @Test func `What never had a round is dealt with once`() async {
        let report = LetterReport(isPlan: false, isQuiet: true)
        #expect(await report.meets(letter("A", round: nil)))
        #expect(await !report.meets(letter("A", round: nil)), "it may have come back")
        #expect(await !report.meets(letter("A", round: 2)), "so has this one")
    }
}
