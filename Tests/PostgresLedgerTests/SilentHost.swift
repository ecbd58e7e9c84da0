import Foundation

@testable import PostgresLedger

/// A host that takes connections and never says a word, like one that is switched off behind its address.
final class SilentHost: Sendable {
    let port: Int
    private let listener: Int32

    init() throws {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listening = listener
        // The kernel takes the connections, and nobody their bytes.
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listening, generic, length) == 0 && listen(listening, 64) == 0
                    && getsockname(listening, generic, &length) == 0
            }
        }
        guard isBound else { throw ServerFailure.lost("no port for the silent host") }
        port = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(listener) }
}
