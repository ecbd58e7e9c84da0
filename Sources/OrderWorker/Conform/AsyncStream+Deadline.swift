extension AsyncStream where Element: Sendable {
    /// The next element; `nil` at the deadline, at the end, or when it is cancelled.
    func first(until deadline: ContinuousClock.Instant) async -> Element? {
        await withTaskGroup(of: Element?.self) { group in
            group.addTask {
                for await element in self { return element }
                return nil
            }
            group.addTask {
                try? await Task.sleep(until: deadline, clock: .continuous)
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            return first
        }
    }
}
