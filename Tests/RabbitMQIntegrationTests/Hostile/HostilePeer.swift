import AMQP
import Foundation
import Glibc
import Synchronization

/// A broker on loopback that knows just enough of AMQP to be believed, and then sends what a test wants.
///
/// Its first connection is the hostile one. The next is answered once the test asks for good behaviour: whoever consumes
/// gets one message, whoever publishes gets confirms.
final class HostilePeer: Sendable {
    /// What is sent, and in whose place.
    struct Attack: Sendable {
        /// Instead of `connection.start`.
        var start: [UInt8]?
        /// The largest frame in `connection.tune`.
        var frameMaximum: UInt32 = 131_072
        /// After `basic.consume-ok`, from the consumer's tag.
        var consumed: (@Sendable (_ consumer: [UInt8]) -> [UInt8])?
        /// Sent over and over after `consumed` or `published`, until the client has gone.
        var endless: [UInt8] = []
        /// After the method of a `basic.publish`.
        var published: [UInt8] = []
        /// After a `basic.ack`.
        var acknowledged: [UInt8] = []
    }

    private struct State {
        var acknowledged: [UInt64] = []
        var isOver = false
    }

    let port: Int
    private let listener: Int32
    private let goodBehaviour = DispatchSemaphore(value: 0)
    private let state = Mutex(State())

    /// The tags that the client has acknowledged.
    var acknowledged: [UInt64] { state.withLock(\.acknowledged) }

    init(_ attack: Attack) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) | listen(listener, 16) | getsockname(listener, generic, &length)
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            serve(attack)
            goodBehaviour.wait()
            while !state.withLock(\.isOver) {
                serve(
                    Attack(consumed: { consumer in
                        HostileBytes.deliver(.init(consumer: consumer)) + HostileBytes.header(4)
                            + HostileBytes.body(Array("good".utf8))
                    })
                )
            }
            close(listener)
        }
    }

    /// From now on the peer is a good broker.
    func behave() { goodBehaviour.signal() }

    /// Ends the peer; its thread waits in `accept` no longer.
    func end() {
        state.withLock { $0.isOver = true }
        shutdown(listener, Int32(SHUT_RDWR))
        goodBehaviour.signal()
    }

    private func serve(_ attack: Attack) {
        let client = accept(listener, nil, nil)
        guard client >= 0 else { return }
        defer { close(client) }
        // Whatever a test does, no thread of it outlives it by much.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(client, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        guard read(8, from: client) != nil, write(attack.start ?? Self.start, to: client) else { return }
        var published: UInt64 = 0
        while let head = read(7, from: client) {
            let size = head[3..<7].reduce(0) { $0 << 8 | Int($1) }
            guard let payload = read(size + 1, from: client) else { return }
            guard head[0] == 1 else { continue }
            let answer: [UInt8]
            switch (payload[1], payload[3]) {
            case (10, 11):
                let (frame, beat) = (HostileBytes.number(attack.frameMaximum), HostileBytes.number(UInt16(10)))
                answer = HostileBytes.method(10, 30, channel: 0, HostileBytes.number(UInt16(9)) + frame + beat)
            case (10, 40): answer = HostileBytes.method(10, 41, channel: 0, [0])
            case (10, 50): answer = HostileBytes.method(10, 51, channel: 0)
            case (20, 10): answer = HostileBytes.method(20, 11, HostileBytes.number(UInt32(0)))
            case (60, 10): answer = HostileBytes.method(60, 11)
            case (60, 20):
                let rest = payload.dropFirst(6 + 1 + Int(payload[6]))
                let tag = Array(rest.dropFirst().prefix(Int(rest.first ?? 0)))
                let consumed = HostileBytes.method(60, 21, HostileBytes.short(tag))
                answer = consumed + (attack.consumed?(tag) ?? [])
            case (60, 30):
                answer = HostileBytes.method(60, 31, Array(payload.dropFirst(4).dropLast()))
            case (60, 40):
                published += 1
                let ack = HostileBytes.method(60, 80, HostileBytes.number(published) + [0])
                answer = attack.published.isEmpty ? ack : attack.published
            case (60, 80):
                let tag = payload[4..<12].reduce(0) { $0 << 8 | UInt64($1) }
                state.withLock { $0.acknowledged.append(tag) }
                answer = attack.acknowledged
            case (85, 10): answer = HostileBytes.method(85, 11)
            default: continue
            }
            guard write(answer, to: client) else { return }
            if payload[1] == 60, [20, 40].contains(payload[3]), !attack.endless.isEmpty {
                while write(attack.endless, to: client) {}
                return
            }
        }
    }

    /// `connection.start` of a broker that has little to say.
    static let start = start(properties: [])

    static func start(properties: [UInt8]) -> [UInt8] {
        let table = HostileBytes.number(UInt32(properties.count)) + properties
        let lists = ["PLAIN", "en_US"].flatMap { HostileBytes.number(UInt32($0.utf8.count)) + Array($0.utf8) }
        return HostileBytes.method(10, 10, channel: 0, [0, 9] + table + lists)
    }

    private func read(_ count: Int, from client: Int32) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        return recv(client, &bytes, count, Int32(MSG_WAITALL)) == count ? bytes : nil
    }

    private func write(_ bytes: [UInt8], to client: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let sent = rest.withUnsafeBytes { send(client, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard sent > 0 else { return false }
            rest = rest.dropFirst(sent)
        }
        return true
    }
}
