import Foundation
import Glibc
import Synchronization
import Testing

@testable import Chaos

/// A cut must really strike in the middle.
@Suite struct CableTests {
    /// Takes one connection and keeps what arrives, on a thread of its own.
    private final class Server: Sendable {
        struct Arrived {
            var bytes = 0
            var hasEnded = false
        }

        let port: Int
        let arrived = Mutex(Arrived())

        init() throws {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = CableTests.address(0)
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            withUnsafeMutablePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                    _ = bind(listener, generic, length)
                    getsockname(listener, generic, &length)
                }
            }
            guard listen(listener, 4) == 0 else { throw NotInTime(description: "can't listen") }
            port = Int(UInt16(bigEndian: address.sin_port))
            Thread.detachNewThread { [self] in
                let client = accept(listener, nil, nil)
                var buffer = [UInt8](repeating: 0, count: 1 << 16)
                while true {
                    let count = recv(client, &buffer, buffer.count, 0)
                    guard count > 0 else { break }
                    arrived.withLock { $0.bytes += count }
                }
                arrived.withLock { $0.hasEnded = true }
                close(client)
                close(listener)
            }
        }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }

    private static func client(of port: Int) -> Int32 {
        let client = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = address(port)
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = connect(client, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        return client
    }

    @Test(arguments: CableLine.Way.allCases)
    func `A part of what is under way arrives, and then the line is dead`(way: CableLine.Way) async throws {
        let server = try Server()
        let cable = try Cable(to: server.port)
        let client = Self.client(of: cable.port)
        defer { close(client) }
        func write(_ count: Int) { send(client, [UInt8](repeating: 1, count: count), count, Int32(MSG_NOSIGNAL)) }
        write(10)
        #expect(await holds(within: 20) { server.arrived.withLock(\.bytes) == 10 })
        async let isCut = Self.cut(cable, way)
        await holds(within: 20, every: 0.05) {
            write(1_000)
            return cable.cuts.inside == 1
        }
        #expect(await isCut)
        #expect(await holds(within: 20) { server.arrived.withLock(\.hasEnded) })
        #expect(server.arrived.withLock(\.bytes) % 1_000 != 10, "nothing was cut in its middle")
        #expect(cable.cuts.all == 1 && cable.cuts.inside == 1)
    }

    @Test(arguments: CableLine.Way.allCases)
    func `A cable that has broken down lets nobody through until it is mended`(way: CableLine.Way) async throws {
        let server = try Server()
        let cable = try Cable(to: server.port)
        cable.breakDown(way)
        let refused = Self.client(of: cable.port)
        defer { close(refused) }
        var byte: UInt8 = 1
        #expect(recv(refused, &byte, 1, 0) <= 0, "it was let through")
        cable.mend()
        let client = Self.client(of: cable.port)
        defer { close(client) }
        send(client, &byte, 1, Int32(MSG_NOSIGNAL))
        #expect(await holds(within: 20) { server.arrived.withLock(\.bytes) == 1 })
        cable.breakDown(way)
        #expect(await holds(within: 20) { server.arrived.withLock(\.hasEnded) })
        #expect(cable.cuts.all == 1)
    }

    private static func cut(_ cable: Cable, _ way: CableLine.Way) async -> Bool {
        var random = SplitMix(seed: 4)
        return await cable.cutInside(.toServer, way, &random)
    }
}
