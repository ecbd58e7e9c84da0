import Glibc

/// Runs a body on an operating-system thread of its own, with room for the library's recursion.
enum OwnerThread {
    /// librabbitmq 0.11 decodes tables by recursion: the deepest that fits into a frame needs more than 1 MiB.
    private static let stackSize = 8 * 1024 * 1024

    /// Starts the thread; it ends with the body.
    ///
    /// The kernel shows the first 15 bytes of the name.
    static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let hasStarted = startIfPossible(name: name, body)
        // Not reachable from remote input: the process has no thread left to give, and nothing can go on without.
        precondition(hasStarted, "the operating system refused a thread for \(name)")
    }

    /// Starts the thread; `false` when the operating system has none left.
    static func startIfPossible(name: String, _ body: @escaping @Sendable () -> Void) -> Bool {
        let context = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        guard create(context.toOpaque()) == 0 else {
            context.release()
            return false
        }
        return true
    }

    private static func create(_ context: UnsafeMutableRawPointer) -> Int32 {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setstacksize(&attributes, stackSize)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let status = pthread_create(&thread, &attributes, runThread, context)
        pthread_attr_destroy(&attributes)
        return status
    }

    /// Runs a blocking body on a thread of its own and waits for its result without blocking the caller's.
    static func run<Value: Sendable>(
        name: String,
        _ body: @escaping @Sendable () throws(BrokerFailure) -> Value
    ) async throws(BrokerFailure) -> Value {
        let result: Result<Value, BrokerFailure> = await withCheckedContinuation { continuation in
            let hasStarted = startIfPossible(name: name) {
                do throws(BrokerFailure) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            if !hasStarted {
                continuation.resume(
                    returning: .failure(.lost("the operating system has no thread left for a connection"))
                )
            }
        }
        return try result.get()
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

private func runThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    let start = Unmanaged<ThreadStart>.fromOpaque(context).takeRetainedValue()
    showName(start.name)
    start.body()
    return nil
}

/// What `top -H` and debuggers show.
///
/// Swift's view of the C library has no `pthread_setname_np`.
private func showName(_ name: String) {
    let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard file >= 0 else { return }
    _ = write(file, name, min(name.utf8.count, 15))
    close(file)
}
