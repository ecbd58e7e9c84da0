import Dispatch

/// Runs something long beside the cooperative pool, which other tests keep; one at a time, to leave them a processor.
func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
        queue.async { continuation.resume(returning: body()) }
    }
}

private let queue = DispatchQueue(label: "model check")
