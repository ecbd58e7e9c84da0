import Testing

@testable import RabbitMQ

@Suite struct MailboxTests {
    @Test func `commands come out in order, once`() {
        let mailbox = Mailbox<Int>()
        for number in 1...3 {
            let accepted = mailbox.post(number)
            #expect(accepted)
        }
        var commands: [Int] = []
        mailbox.drain(into: &commands)
        #expect(commands == [1, 2, 3])
        commands.removeAll(keepingCapacity: true)
        mailbox.drain(into: &commands)
        #expect(commands == [])
        #expect(mailbox.isEmpty)
    }

    @Test func `a closed mailbox accepts nothing`() {
        let mailbox = Mailbox<Int>()
        _ = mailbox.post(1)
        #expect(mailbox.close() == [1])
        let accepted = mailbox.post(2)
        #expect(!accepted)
        #expect(mailbox.isEmpty)
    }
}
