import OrderFulfilment

/// Brings one customer or contact into being, once over all workers: whoever holds its key creates it, the others look
/// until it is there.
struct Creation: Sendable {
    /// Seconds between two looks in hand.
    private static let pause = 0.25
    /// Seconds until the next look of one that is parked: whoever creates it may be done long before the key is free.
    private static let parkedPause = 5.0

    let registry: Registry
    /// Finds it.
    let look: EMSCall
    /// Creates it.
    let call: EMSCall
    /// Those of the command that needs it.
    let keys: any IntentLog
    /// The longest that one waits in hand for another one's creation, in seconds; then it is parked.
    ///
    /// Short: after a crash the worker's orders run one at a time, and one that waits in hand holds up the others.
    var longestWait = 2.0

    func run() async throws(GatewayFailure) {
        let start = ContinuousClock.now
        // The one before in this process may have done it.
        while !registry.recent.contains(look.path) {
            switch try await hold() {
            case .held(let hold): return try await create(hold)
            case .busy(let seconds):
                guard .now - start < .seconds(longestWait) else {
                    throw .busy(
                        "\(call.title): a creation of before was not answered and may still take effect",
                        seconds: min(seconds, Self.parkedPause)
                    )
                }
                try? await Task.sleep(for: .seconds(min(Self.pause, seconds)))
                if try await registry.exists(look) { return }
            }
        }
    }

    /// As long as the creation may take, and then may land.
    private func hold() async throws(GatewayFailure) -> KeyAnswer {
        let time = registry.configuration.timeout + registry.configuration.settle
        do throws(LedgerFailure) {
            return try await keys.hold(look.path, for: time / .seconds(1))
        } catch {
            throw .transient("\(call.title) could not be announced to other workers: \(error)", retryAfter: nil)
        }
    }

    private func create(_ hold: KeyHold) async throws(GatewayFailure) {
        // Before the key was free, another one may have created it.
        let deadline = registry.client.deadline
        let isThere: Bool
        do throws(GatewayFailure) {
            isThere = try await registry.exists(look)
        } catch {
            await keys.letGo(of: hold)
            throw error
        }
        if isThere { return await keys.letGo(of: hold) }
        let reply = await registry.client.send(call, deadline: deadline)
        do throws(GatewayFailure) {
            guard try reply.found() != nil else {
                let text = "\(call.title) was answered with 404"
                throw .refused(EMSRefusal(status: 404, errorCode: nil, description: text))
            }
            registry.recent.insert(look.path)
        } catch {
            // It may have been there under our eyes, or the answer was lost after the creation: what is there counts.
            let isThere = try await registry.exists(look)
            // What was not answered may still land: nobody else may try until then.
            if isThere || !reply.mayStillLand { await keys.letGo(of: hold) }
            if isThere { return }
            throw error
        }
        await keys.letGo(of: hold)
    }
}

extension EMSReply {
    /// Whether nobody knows what becomes of the call.
    fileprivate var mayStillLand: Bool {
        switch self {
        case .noAnswer: true
        case .success, .notFound, .refused, .turnedAway, .failed, .notSent: false
        }
    }
}
