import Glibc
import Testing

@testable import RabbitMQ

@Suite struct MailboxTests {
    @Test func `an owner that has not seen a signal does not sleep`() {
        let wakeUp = WakeUp()
        #expect(wakeUp.await())
        wakeUp.reset()
        wakeUp.signal()
        #expect(!wakeUp.await())
        wakeUp.reset()
        #expect(wakeUp.await())
        // Asleep now: the signal must be readable.
        wakeUp.signal()
        var descriptor = pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&descriptor, 1, 0) == 1)
        wakeUp.clear()
        #expect(poll(&descriptor, 1, 0) == 0)
    }

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
    }

    @Test func `a closed mailbox accepts nothing`() {
        let mailbox = Mailbox<Int>()
        _ = mailbox.post(1)
        #expect(mailbox.close() == [1])
        let accepted = mailbox.post(2)
        #expect(!accepted)
        var commands: [Int] = []
        mailbox.drain(into: &commands)
        #expect(commands == [])
    }
}
