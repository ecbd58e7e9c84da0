import Dispatch
import Foundation

/// The second deadline of a shutdown: when the line hasn't run dry some time after the signal, the process ends
/// anyway.
///
/// Nothing is lost by it: what was not acknowledged is delivered again.
enum HardStop {
    /// Watches for SIGTERM and SIGINT besides the service group.
    static func arm(after seconds: Double) {
        for number in [SIGTERM, SIGINT] {
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                DispatchQueue.global().asyncAfter(deadline: .now() + seconds) {
                    Output.note("order-worker: the shutdown took too long, ending hard")
                    _exit(1)
                }
            }
            source.resume()
            sources.withLock { $0.append(source) }
        }
    }

    private static let sources = Locked<[any DispatchSourceSignal]>([])
}

/// A value behind a lock, for what lives as long as the process.
private final class Locked<Value>: @unchecked Sendable {
    private let lock = NSLock()
    private var value: Value

    init(_ value: Value) { self.value = value }

    // Unchecked because the compiler can't see that every access to `value` holds the lock.
    func withLock(_ body: (inout Value) -> Void) {
        lock.lock()
        defer { lock.unlock() }
        body(&value)
    }
}
