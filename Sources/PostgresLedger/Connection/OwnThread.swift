import OrderFulfilment

#if canImport(Glibc)
import Glibc
#elseif canImport(Darwin)
import Darwin
#endif

/// Threads for work that waits for the server, so that Swift's own stay free.
///
/// Not Foundation's: it doesn't say when the operating system has none left, and who waits for the body waits for ever.
enum OwnThread {
    /// As much as the main thread usually has.
    static let stackSize = 8 << 20

    /// Starts a thread that ends with the body; the kernel shows the first 15 bytes of its name.
    static func start(
        _ name: String,
        stackSize: Int = stackSize,
        _ body: @escaping @Sendable () -> Void
    ) throws(ServerFailure) {
        let context = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        guard create(context.toOpaque(), stackSize) == 0 else {
            context.release()
            throw .lost("the operating system has no thread left")
        }
    }

    /// Does a piece of work on a thread of its own.
    static func run<Value: Sendable>(
        stackSize: Int = stackSize,
        _ work: @escaping @Sendable () throws(LedgerFailure) -> Value
    ) async throws(LedgerFailure) -> Value {
        try await withCheckedContinuation { (continuation: CheckedContinuation<Result<Value, LedgerFailure>, Never>) in
            do throws(ServerFailure) {
                try start("ledger-opening", stackSize: stackSize) {
                    do throws(LedgerFailure) {
                        continuation.resume(returning: .success(try work()))
                    } catch {
                        continuation.resume(returning: .failure(error))
                    }
                }
            } catch {
                continuation.resume(
                    returning: .failure(.unavailable("The ledger can't be used now: \(error.message)."))
                )
            }
        }.get()
    }

    private static func create(_ context: UnsafeMutableRawPointer, _ stackSize: Int) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        #if canImport(Glibc)
        var thread = pthread_t()
        #else
        var thread: pthread_t?
        #endif
        return pthread_create(&thread, &attributes, runThread, context)
    }
}

/// What a new thread needs to know.
private final class ThreadStart: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }
}

#if canImport(Glibc)
private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    if let context { run(context) }
    return nil
}
#else
private func runThread(_ context: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
    run(context)
    return nil
}
#endif

private func run(_ context: UnsafeMutableRawPointer) {
    let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
    // Swift's view of the C library has no `pthread_setname_np`; elsewhere there is no such file.
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    if file >= 0 {
        _ = write(file, start.name, min(start.name.utf8.count, 15))
        close(file)
    }
    start.body()
}
