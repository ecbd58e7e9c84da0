import Testing

@testable import RabbitMQ

@Suite struct MailboxTests {
    @Test func `commands come out in order, once`() {
        let mailbox = Mailbox<Int>()
        for number in 1...3 {
            let accepted = mailbox.post(number)
            #expect(accepted)
        }
        #expect(mailbox.drain() == [1, 2, 3])
        #expect(mailbox.drain() == [])
    }

    @Test func `a closed mailbox accepts nothing`() {
        let mailbox = Mailbox<Int>()
        _ = mailbox.post(1)
        #expect(mailbox.close() == [1])
        let accepted = mailbox.post(2)
        #expect(!accepted)
        #expect(mailbox.drain() == [])
    }
}
