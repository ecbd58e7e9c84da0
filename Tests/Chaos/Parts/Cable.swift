import Foundation
import Glibc
import Synchronization

/// A TCP line of the loopback interface to some port, whose connections can be cut in the middle of whatever they carry.
final class Cable: Sendable {
    private struct State {
        var lines: [ObjectIdentifier: CableLine] = [:]
        var cuts = 0
        var cutsInside = 0
        var isDown = false
    }

    private let listener: Int32
    private let state = Mutex(State())

    /// Where clients connect to.
    let port: Int

    init(to target: Int) throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && getsockname(listener, generic, &length) == 0
            }
        }
        guard isBound, listen(listener, 64) == 0 else { throw NotInTime(description: "can't listen on a port") }
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [self] in
            while true {
                let client = accept(listener, nil, nil)
                guard client >= 0 else { return }
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                if state.withLock(\.isDown) { close(client) } else { connect(client, to: target) }
            }
        }
    }

    /// Connections that were cut so far, and how many of them in the middle of what they carried.
    var cuts: (all: Int, inside: Int) { state.withLock { ($0.cuts, $0.cutsInside) } }

    /// Cuts every connection that is there now.
    func cutAll(_ way: CableLine.Way) {
        let lines = state.withLock { state in
            state.cuts += state.lines.count
            return Array(state.lines.values)
        }
        for line in lines { line.cut(way) }
    }

    /// Cuts every connection, and lets nobody through until it is mended.
    func breakDown(_ way: CableLine.Way) {
        state.withLock { $0.isDown = true }
        cutAll(way)
    }

    /// Lets everybody through again.
    func mend() { state.withLock { $0.isDown = false } }

    /// Cuts one connection the next time it carries something in that direction: a part of it still arrives.
    ///
    /// Answers whether that happened in time.
    @discardableResult
    func cutInside(_ direction: CableLine.Direction, _ way: CableLine.Way, _ random: inout SplitMix) async -> Bool {
        let before = cuts.inside
        // One connection alone may have nothing to carry for long, so each moment another one is the victim.
        for _ in 0..<8 {
            let lines = state.withLock { $0.lines.sorted { $0.value.number < $1.value.number }.map(\.value) }
            guard !lines.isEmpty else {
                await pausing(0.05)
                continue
            }
            let line = random.pick(lines)
            line.arm(.init(direction: direction, way: way, share: Double(random.number(0...99)) / 100))
            if await holds(within: 0.25, every: 0.005, { cuts.inside > before }) { return true }
            line.disarm()
        }
        return cuts.inside > before
    }

    private func countInside() {
        state.withLock { state in
            state.cuts += 1
            state.cutsInside += 1
        }
    }

    private func connect(_ client: Int32, to target: Int) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Self.address(target)
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.connect(server, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else {
            close(server)
            close(client)
            return
        }
        let line = CableLine(client: client, server: server) { [self] event in
            switch event {
            case .cutInside: countInside()
            case .ended(let line): state.withLock { $0.lines[ObjectIdentifier(line)] = nil }
            }
        }
        let isDown = state.withLock { state in
            state.lines[ObjectIdentifier(line)] = line
            return state.isDown
        }
        line.start()
        // It came as the cable broke down.
        if isDown { line.cut(.closed) }
    }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
