import OrderFulfilment

/// A row of the matrix: where workers die.
enum Death: Hashable, Sendable, CustomStringConvertible {
    case never
    /// `kill -9` at some moment.
    case anywhere
    /// At a numbered point of the line.
    case at(CrashPoint)

    static let all: [Death] = [.never, .anywhere] + CrashPoint.allCases.map(Death.at)

    var description: String {
        switch self {
        case .never: "none"
        case .anywhere: "kill -9"
        case .at(let point): "\(point.rawValue) \(point.name)"
        }
    }

    /// Whether it is the replaying command that dies, and not the worker.
    var isOfReplay: Bool { self == .at(.roundOpened) || self == .at(.letterPublished) }
}

/// A column of the matrix: what else goes wrong meanwhile.
enum Fault: String, CaseIterable, Hashable, Sendable {
    case none
    /// EMS drops the connection before it does anything.
    case dropBefore = "drop before"
    /// EMS does it and drops the answer.
    case dropAfter = "drop after"
    /// EMS drops the connection and does it later.
    case dropLate = "drop late"
    case tooMany = "429"
    case unavailable = "503"
    /// EMS answers after everybody has stopped waiting.
    case stall
    /// Connections to the broker and to EMS are cut in the middle.
    case cut
    /// Connections to the ledger's server are cut in the middle.
    case ledgerCut = "ledger cut"
    /// The ledger's server can't be reached for a while, again and again.
    case ledgerAway = "ledger away"
    /// The broker is stopped in order, and starts again.
    case broker = "broker stop"
    /// The broker is killed, and starts again.
    case brokerKill = "broker kill -9"
    /// A worker stands still longer than its calls may take.
    case freeze
    /// Somebody changes entitlements in EMS.
    case edits = "hand edits"
    /// Attempts are used up, and dead letters are replayed.
    case replay = "replays"

    /// What its strikes are.
    var strike: String {
        switch self {
        case .none: "nothing"
        case .dropBefore, .dropAfter, .dropLate, .tooMany, .unavailable, .stall: "calls to EMS"
        case .cut, .ledgerCut, .ledgerAway: "connections"
        case .broker, .brokerKill: "restarts"
        case .freeze: "workers stopped"
        case .edits: "edits that EMS took"
        case .replay: "commands out of attempts"
        }
    }

    /// Whether it needs a ledger that workers reach over a network.
    var isOfLedger: Bool { self == .ledgerCut || self == .ledgerAway }

    /// What the sandbox is told; later ones strike only what earlier ones let pass.
    func sandboxFaults(_ random: inout SplitMix) -> [String] {
        let writes = random.chance(0.5) ? #""path":"/entitlements""# : ""
        let rate = Double(random.number(10...40)) / 100
        return switch self {
        case .none, .cut, .ledgerCut, .ledgerAway, .broker, .brokerKill, .freeze, .edits, .replay: []
        case .dropBefore: [#"{"match":{\#(writes)},"drop":"before","rate":\#(rate)}"#]
        case .dropAfter: [#"{"match":{\#(writes)},"drop":"after","rate":\#(rate)}"#]
        case .dropLate:
            // Few soon, and more when the worker has long stopped waiting or been killed and come back, but within what
            // EMS_TIMEOUT and EMS_SETTLE promise.
            ["PATCH", "POST"].flatMap { method in
                [(random.number(50...700), 0.1), (random.number(2_600...3_800), 0.1 + rate)].map { delay, rate in
                    #"{"match":{"method":"\#(method)"},"drop":"late","delayMs":\#(delay),"rate":\#(rate)}"#
                }
            }
        case .tooMany: [#"{"match":{\#(writes)},"status":429,"retryAfter":\#(random.number(0...2)),"rate":\#(rate)}"#]
        case .unavailable: [#"{"match":{\#(writes)},"status":\#(random.pick([500, 502, 503])),"rate":\#(rate)}"#]
        case .stall: [#"{"match":{\#(writes)},"delayMs":\#(random.number(1600...2500)),"rate":\#(0.05 + rate / 3)}"#]
        }
    }
}
