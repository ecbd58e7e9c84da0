extension Solitude {
    /// Whether the current task is about something in hand, which counts here: the outbox relay's isn't.
    @TaskLocal static var isInHand = false
}

extension Line {
    /// Waits for somebody else: what only waits kills nobody, so it must not keep out whoever has to be alone, and with
    /// it everybody behind.
    ///
    /// Whoever waits so must hold nothing that somebody in hand could wait for, such as a place in a queue's order or at
    /// EMS; whoever joins it waits aside too. It comes back when nobody is alone.
    func aside<Value: Sendable>(_ wait: () async -> Value) async -> Value {
        guard Solitude.isInHand, AloneRun.current?.isAlone != true else { return await wait() }
        solitude.leave()
        let value = await wait()
        await solitude.enter()
        return value
    }

    /// Lets whoever has to be alone go first, in the middle of something long.
    func giveWay() async {
        if solitude.waitingAloneCount > 0 { await aside {} }
    }
}
