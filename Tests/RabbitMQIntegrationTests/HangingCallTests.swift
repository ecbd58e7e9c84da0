import AMQP
import CRabbitMQ
import Glibc
import Synchronization
import TestKit
import Testing

@testable import RabbitMQ

/// Calls that the library, or the operating system below it, does not end by itself.
@Suite(.timeLimit(.minutes(1))) struct HangingCallTests {
    private enum Progress: Hashable, Sendable {
        case connecting, idle, calling, returned(BrokerFailure?)
    }

    @Test(.enabled(if: LibraryVersion.publishCanHang))
    func `the library's publish hangs on a peer that has been silent, until its socket is shut down`() async throws {
        let peer = try FakePeer(heartbeat: 1) { session in
            try session.serve(until: .confirmSelect)
            try session.send(.method(.confirmSelectOK))
            try session.beSilent()
        }
        let configuration = peer.configuration { $0.heartbeat = .seconds(1) }
        let (progress, guardian, go) = (Shared(Progress.connecting), Shared<CallGuard?>(nil), WakeUp())
        OwnerThread.start(name: "raw publish") {
            do throws(BrokerFailure) {
                let connection = try BrokerConnection(configuration)
                try connection.openChannel()
                try connection.selectConfirms()
                // The client itself does not publish through the library, for this reason, and switches its heartbeats off.
                amqp_tune_connection(connection.state, 0, 131_072, 1)
                guardian.value = connection.callGuard
                _ = go.await()
                progress.value = .idle
                var signal = pollfd(fd: go.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&signal, 1, 30_000)
                progress.value = .calling
                let none = amqp_bytes_t(len: 0, bytes: nil)
                let status = amqp_basic_publish(connection.state, 1, none, none, 1, 0, nil, none)
                progress.value = .returned(status < 0 ? .lost("status \(status)") : nil)
            } catch {
                progress.value = .returned(error)
            }
        }
        try await eventually("a connection") { progress.value == .idle }
        let idleSince = ContinuousClock.now
        try await eventually("two heartbeats are missing") { idleSince.duration(to: .now) > .milliseconds(2_200) }
        go.signal()
        try await eventually("the call") { progress.value != .idle }
        let calledAt = ContinuousClock.now
        // The deadline that such a call has under the watchdog below, four times over.
        try await eventually("time for the call") {
            calledAt.duration(to: .now) > .seconds(2) || progress.value != .calling
        }
        #expect(progress.value == .calling, "it should hang in 0.11")
        guardian.value?.arm(for: .milliseconds(500))
        try await eventually("the call is back", within: .seconds(2)) { progress.value != .calling }
        guard case .returned(.some) = progress.value else {
            Issue.record("\(progress.value)")
            return
        }
        #expect(guardian.value?.hasFired == true)
    }

    @Test func `a peer that stops reading costs a publisher its call time-out, and the next connection confirms`()
        async throws
    {
        let peer = try FakePeer { session in
            if session.number == 1 {
                _ = try session.publishing()
                try session.acknowledge(1)
                session.standStill()
            }
            try session.confirmEverything()
        }
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration { $0.callTimeout = .seconds(1) },
            logger: .quiet
        )
        try await publisher.publish(publishing("before"))
        let start = ContinuousClock.now
        // More than the socket's buffers on both sides hold.
        let failure = await publisher.failure(of: publishing("stuck", byteCount: 32_000_000))
        // The watchdog may come first: the turn that encodes all this is under its eyes too.
        let reason = unknownReason(failure)
        #expect(reason.contains("took no bytes") || reason.contains("hung"), "\(reason)")
        #expect(start.duration(to: .now) < .seconds(20))
        try await publisher.publish(publishing("stuck"))
        #expect(peer.log.published == ["before", "stuck"])
        await publisher.close()
    }

    @Test func `closing ends although a publishing hangs on a full socket`() async throws {
        let peer = try FakePeer { session in
            try session.serve(until: .publish)
            session.standStill()
        }
        let publisher = RabbitMQPublisher(
            configuration: peer.configuration {
                $0.callTimeout = .seconds(2)
                $0.closeTimeout = .seconds(1)
            },
            logger: .quiet
        )
        async let failure = publisher.failure(of: publishing("stuck", byteCount: 32_000_000))
        try await eventually("the publishing begins") { peer.log.has(.publish, from: 1) }
        let start = ContinuousClock.now
        await publisher.close()
        #expect(start.duration(to: .now) < .seconds(20))
        #expect(await failure != nil)
    }

    @Test func `a name lookup that never ends holds up neither deadlines nor the close, and only one runs`()
        async throws
    {
        let (lookups, release) = (Shared(0), WakeUp())
        _ = release.await()
        defer { release.signal() }
        var configuration = RabbitMQConfiguration(
            address: AMQPAddress(host: "slow.example"),
            confirmTimeout: .milliseconds(300),
            backoff: Backoff(initial: .milliseconds(10), ceiling: .milliseconds(10))
        )
        configuration.connectTimeout = .milliseconds(100)
        let mailbox = Mailbox<PublisherRole.Command>()
        let room = PublishingRoom(count: 1, bytes: 1)
        let board = StatusBoard(PublisherStatus())
        OwnerThread.start(name: "slow lookup") { [configuration] in
            let role = PublisherRole(
                configuration: configuration,
                topology: Topology(),
                board: board,
                room: room,
                logger: .quiet
            )
            var owner = ConnectionOwner(
                configuration: configuration,
                mailbox: mailbox,
                logger: .quiet,
                role: role
            ) { _ throws(BrokerFailure) in
                // As `getaddrinfo` does: nobody can interrupt it.
                lookups.change { $0 += 1 }
                var signal = pollfd(fd: release.descriptor, events: Int16(POLLIN), revents: 0)
                poll(&signal, 1, 30_000)
                throw .lost("the test is over")
            }
            owner.run()
        }
        let deadline = ContinuousClock.now + configuration.confirmTimeout
        try await room.enter(bytes: 1, deadline: deadline)
        let result = await withCheckedContinuation { caller in
            let answer = PublishingAnswer(deadline: deadline, room: room, bytes: 1, caller: caller)
            #expect(mailbox.post(.publish(publishing("a"), answer)))
        }
        guard case .failure(.unknown) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(ContinuousClock.now < deadline + .seconds(20))
        try await eventually("the owner has lost its patience") {
            board.current.status.trouble?.contains("name lookup") == true
        }
        // Two more turns of the lifecycle wait for the same lookup.
        let patient = ContinuousClock.now
        try await eventually("more attempts") { patient.duration(to: .now) > .milliseconds(2_500) }
        #expect(lookups.value == 1)
        let start = ContinuousClock.now
        await withCheckedContinuation { waiter in
            let isTaken = mailbox.post(.close(waiter))
            #expect(isTaken)
        }
        #expect(start.duration(to: .now) < .seconds(20))
    }

    @Test func `administration does not wait for a name lookup that never ends`() async throws {
        let release = WakeUp()
        defer { release.signal() }
        var configuration = RabbitMQConfiguration(address: AMQPAddress(host: "slow.example"))
        configuration.connectTimeout = .milliseconds(100)
        let failure = await failure(of: configuration) { _ throws(BrokerFailure) in
            var signal = pollfd(fd: release.descriptor, events: Int16(POLLIN), revents: 0)
            poll(&signal, 1, 30_000)
            throw .lost("the test is over")
        }
        #expect(failure == ConnectionAttempt.outOfPatience(configuration))
    }

    private func failure(
        of configuration: RabbitMQConfiguration,
        _ connect: @escaping ConnectionAttempt.Connect
    ) async -> BrokerFailure? {
        do throws(BrokerFailure) {
            try await OwnerThread.run(name: "admin") { () throws(BrokerFailure) in
                _ = try ConnectionAttempt.connection(configuration, connect: connect)
            }
            return nil
        } catch {
            return error
        }
    }
}
