import AMQP
import Testing

@Suite struct ConfirmWindowTests {
    private let start = ContinuousClock.now

    private func publishing(_ id: String, key: RoutingKey = "key") -> Publishing {
        Publishing(exchange: "in", routingKey: key, properties: Properties(messageID: id), body: Array(id.utf8))
    }

    private func message(_ publishing: Publishing) -> Message {
        Message(
            exchange: publishing.exchange,
            routingKey: publishing.routingKey,
            properties: publishing.properties,
            body: publishing.body
        )
    }

    private func isViolation(_ actions: [ConfirmWindow.Action]) -> Bool {
        guard actions.count == 1, case .violation? = actions.first else { return false }
        return true
    }

    /// A window with publishings `1` to `count` on their way.
    private func window(_ count: Int) -> ConfirmWindow {
        var window = ConfirmWindow()
        for number in 1...count {
            #expect(window.published(publishing("\(number)"), at: start + .seconds(number)) == UInt64(number))
        }
        return window
    }

    @Test func `one ack confirms one publishing`() {
        var window = window(3)
        #expect(window.acknowledged(2, multiple: false) == [.confirmed(2)])
        #expect(window.count == 2)
        #expect(window.oldestPublishedAt == start + .seconds(1))
        #expect(window.acknowledged(1, multiple: false) == [.confirmed(1)])
        #expect(window.oldestPublishedAt == start + .seconds(3))
    }

    @Test func `a multiple ack confirms all before it that are open`() {
        var window = window(5)
        #expect(window.acknowledged(2, multiple: false) == [.confirmed(2)])
        #expect(window.acknowledged(4, multiple: true) == [.confirmed(1), .confirmed(3), .confirmed(4)])
        #expect(window.acknowledged(4, multiple: true) == [])
        #expect(window.count == 1)
    }

    @Test func `a multiple ack of zero confirms everything so far`() {
        var window = window(3)
        #expect(window.acknowledged(0, multiple: true) == [.confirmed(1), .confirmed(2), .confirmed(3)])
        #expect(window.oldestPublishedAt == nil)
    }

    @Test func `nacks refuse, one or many`() {
        var window = window(4)
        #expect(window.refused(3, multiple: false) == [.refused(3)])
        #expect(window.refused(4, multiple: true) == [.refused(1), .refused(2), .refused(4)])
    }

    @Test func `a return is put down to the publishing it belongs to and comes out with its ack`() {
        var window = window(3)
        #expect(window.returned(message(publishing("2")), code: 312, text: "NO_ROUTE") == [])
        #expect(window.count == 3)
        #expect(
            window.acknowledged(3, multiple: true) == [
                .confirmed(1), .returned(2, code: 312, text: "NO_ROUTE"), .confirmed(3),
            ]
        )
    }

    @Test func `equal publishings are returned in the order of publishing`() {
        var window = ConfirmWindow()
        for _ in 1...3 { _ = window.published(publishing("same"), at: start) }
        _ = window.returned(message(publishing("same")), code: 312, text: "")
        _ = window.returned(message(publishing("same")), code: 313, text: "")
        #expect(
            window.acknowledged(3, multiple: true) == [
                .returned(1, code: 312, text: ""), .returned(2, code: 313, text: ""), .confirmed(3),
            ]
        )
    }

    @Test func `returns out of order are found too`() {
        var window = window(4)
        #expect(window.returned(message(publishing("4")), code: 312, text: "") == [])
        #expect(window.returned(message(publishing("2")), code: 312, text: "") == [])
        #expect(window.acknowledged(1, multiple: false) == [.confirmed(1)])
        #expect(window.acknowledged(2, multiple: false) == [.returned(2, code: 312, text: "")])
    }

    @Test func `a return after the window moved on is searched among the open ones only`() {
        var window = window(4)
        _ = window.returned(message(publishing("1")), code: 312, text: "")
        _ = window.acknowledged(3, multiple: true)
        #expect(window.returned(message(publishing("4")), code: 312, text: "") == [])
        #expect(window.acknowledged(4, multiple: false) == [.returned(4, code: 312, text: "")])
    }

    @Test(arguments: [
        Message(exchange: "other", routingKey: "key", properties: Properties(messageID: "1"), body: Array("1".utf8)),
        Message(exchange: "in", routingKey: "other", properties: Properties(messageID: "1"), body: Array("1".utf8)),
        Message(exchange: "in", routingKey: "key", properties: Properties(messageID: "x"), body: Array("1".utf8)),
        Message(exchange: "in", routingKey: "key", properties: Properties(messageID: "1"), body: Array("x".utf8)),
    ])
    func `a return that differs from everything in flight is a violation`(stranger: Message) {
        var window = window(2)
        #expect(isViolation(window.returned(stranger, code: 312, text: "")))
    }

    @Test func `answers to what was never published, or was answered, are violations`() {
        var window = window(2)
        let answers = [
            window.acknowledged(3, multiple: false), window.acknowledged(3, multiple: true),
            window.refused(.max, multiple: true), window.acknowledged(0, multiple: false),
        ]
        for answer in answers { #expect(isViolation(answer)) }
        _ = window.acknowledged(1, multiple: false)
        #expect(isViolation(window.acknowledged(1, multiple: false)))
    }

    @Test func `a lost channel leaves the open ones unknown, but a return stays a return`() {
        var window = window(4)
        _ = window.acknowledged(1, multiple: false)
        _ = window.returned(message(publishing("3")), code: 312, text: "NO_ROUTE")
        #expect(
            window.lost(reason: "gone") == [
                .unknown(2, reason: "gone"), .returned(3, code: 312, text: "NO_ROUTE"), .unknown(4, reason: "gone"),
            ]
        )
        #expect(window.count == 0)
        #expect(window.lost(reason: "again") == [])
    }

    @Test func `every publishing is answered once, whatever the order of answers`() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var window = window(20)
            var answered: [UInt64] = []
            for sequence in (1...20).map(UInt64.init).shuffled(using: &generator) where !answered.contains(sequence) {
                let multiple = Bool.random(using: &generator)
                let actions =
                    Bool.random(using: &generator)
                    ? window.acknowledged(sequence, multiple: multiple) : window.refused(sequence, multiple: multiple)
                for action in actions {
                    switch action {
                    case .confirmed(let number), .refused(let number): answered.append(number)
                    case .returned, .unknown, .violation: Issue.record("\(action)")
                    }
                }
            }
            #expect(answered.sorted() == Array(1...20))
        }
    }
}
