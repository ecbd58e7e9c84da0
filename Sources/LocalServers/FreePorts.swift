import Glibc
import Synchronization

/// Ports on the loopback interface that nobody uses.
enum FreePorts {
    /// Below the range that the kernel hands out by itself: a server takes seconds to listen, and meanwhile a connection or
    /// another test's listener would get its port.
    private static let range = 12_000..<32_000

    /// Given out before in this process.
    private static let taken = Mutex<Set<Int>>([])

    static func find(_ count: Int) -> [Int] {
        taken.withLock { taken in
            var found: [Int] = []
            while found.count < count {
                let port = Int.random(in: range)
                guard !taken.contains(port), isFree(port) else { continue }
                taken.insert(port)
                found.append(port)
            }
            return found
        }
    }

    private static func isFree(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = UInt16(port).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
