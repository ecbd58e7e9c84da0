/// Gives premature commands back the time in which the worker could not have let them go on.
struct PatienceKeeper: Sendable {
    let line: Line
    let isReady: @Sendable () async -> Bool
    /// Seconds between two looks.
    let pause = 1.0

    /// Runs until the worker drains.
    func run() async {
        var last = line.timekeeper.uptime()
        while !line.drain.hasBegun, !Task.isCancelled {
            await line.timekeeper.sleep(pause)
            let now = line.timekeeper.uptime()
            if await !isReady() { try? await line.ledger.extendPatience(by: now - last) }
            last = now
        }
    }
}
