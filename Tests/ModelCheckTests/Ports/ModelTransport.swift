import SentinelEMS

/// A request to EMS, and how traces call it.
struct EMSRequestBox: Sendable {
    let request: EMSRequest

    var isWrite: Bool { request.method != "GET" }
    /// Whether it is about the entitlement; the catalogue and the customer never change here.
    var isAboutEntitlement: Bool { request.url.contains("/entitlements") }

    var title: String {
        if request.url.contains("/close") { return "close" }
        return request.method == "POST" ? "create" : "patch"
    }
}

/// Requests to the abstract EMS, each when it is its turn.
struct ModelTransport: EMSTransport {
    let world: World

    func send(_ request: EMSRequest) async throws(EMSTransportFailure) -> EMSAnswer {
        let box = EMSRequestBox(request: request)
        guard box.isAboutEntitlement else { return world.ems.answer(request) }
        let turn = await world.wait(box.isWrite ? .write(box) : .read(box))
        guard let hand = Hand.current, turn != .dead else { throw .notSent("the worker is dead") }
        switch turn {
        case .go:
            let answer = box.isWrite ? world.write(box, by: hand) : world.read(box, by: hand)
            hand.note(world.heldFields)
            hand.note(answer.status)
            return answer
        case .loseAnswer:
            _ = world.write(box, by: hand)
            hand.note("lost answer")
            throw .noAnswer("the answer was lost")
        case .lose:
            hand.note("lost call")
            throw .noAnswer("the call was lost")
        case .delay:
            world.putOff(box, by: hand)
            hand.note("late")
            throw .noAnswer("no answer in time")
        case .refuse:
            hand.note("503")
            return EMSAnswer(status: 503, body: Array("overloaded".utf8))
        case .dead: throw .notSent("the worker is dead")
        }
    }

    func shutdown() async {}
}
