/// The commands whose end was answered.
actor Answered {
    private(set) var ended: Set<String> = []
    private var waiting: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []

    func add(_ id: String) {
        ended.insert(id)
        for entry in waiting where entry.count <= ended.count { entry.continuation.resume() }
        waiting.removeAll { $0.count <= ended.count }
    }

    /// Waits until so many have ended.
    func next(atLeast count: Int, of all: Int) async {
        let count = min(count, all)
        guard ended.count < count else { return }
        await withCheckedContinuation { waiting.append((count, $0)) }
    }
}
