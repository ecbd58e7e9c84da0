/// A method of AMQP 0-9-1 by class and number.
struct PeerMethod: Hashable, Sendable, CustomStringConvertible {
    let number: UInt32

    init(_ classNumber: UInt32, _ method: UInt32) { number = classNumber << 16 | method }

    init(number: UInt32) { self.number = number }

    var description: String { "\(number >> 16).\(number & 0xFFFF)" }

    /// The eight bytes before the first frame: no method, but asked for like one.
    static let protocolHeader = PeerMethod(0, 0)

    /// A frame of its own kind, noted like a method.
    static let heartbeat = PeerMethod(0, 8)

    static let start = PeerMethod(10, 10)
    static let startOK = PeerMethod(10, 11)
    static let tune = PeerMethod(10, 30)
    static let tuneOK = PeerMethod(10, 31)
    static let open = PeerMethod(10, 40)
    static let openOK = PeerMethod(10, 41)
    static let close = PeerMethod(10, 50)
    static let closeOK = PeerMethod(10, 51)
    static let blocked = PeerMethod(10, 60)
    static let unblocked = PeerMethod(10, 61)
    static let channelOpen = PeerMethod(20, 10)
    static let channelOpenOK = PeerMethod(20, 11)
    static let channelClose = PeerMethod(20, 40)
    static let channelCloseOK = PeerMethod(20, 41)
    static let exchangeDeclare = PeerMethod(40, 10)
    static let exchangeDeclareOK = PeerMethod(40, 11)
    static let queueDeclare = PeerMethod(50, 10)
    static let queueDeclareOK = PeerMethod(50, 11)
    static let queueBind = PeerMethod(50, 20)
    static let queueBindOK = PeerMethod(50, 21)
    static let qos = PeerMethod(60, 10)
    static let qosOK = PeerMethod(60, 11)
    static let consume = PeerMethod(60, 20)
    static let consumeOK = PeerMethod(60, 21)
    static let cancel = PeerMethod(60, 30)
    static let cancelOK = PeerMethod(60, 31)
    static let publish = PeerMethod(60, 40)
    static let returned = PeerMethod(60, 50)
    static let deliver = PeerMethod(60, 60)
    static let acknowledge = PeerMethod(60, 80)
    static let refuse = PeerMethod(60, 120)
    static let confirmSelect = PeerMethod(85, 10)
    static let confirmSelectOK = PeerMethod(85, 11)
}
