/// One connection, as the script of a fake peer sees it: everything waits, on the script's own thread.
///
/// What the client sent is noted in the peer's log.
struct PeerSession {
    /// Counts the peer's connections, from 1.
    let number: Int
    let log: PeerLog
    let heartbeat: UInt16
    private let socket: LoopbackSocket

    init(socket: LoopbackSocket, number: Int, log: PeerLog, heartbeat: UInt16) {
        self.socket = socket
        self.number = number
        self.log = log
        self.heartbeat = heartbeat
    }

    // MARK: Listening

    /// The next frame of the client; heartbeats are passed over.
    func next() throws -> PeerFrame {
        while true {
            let head = try socket.read(exactly: 7)
            let size = head[3...6].reduce(0) { $0 << 8 | Int($1) }
            let payload = try socket.read(exactly: size + 1).dropLast()
            let frame = PeerFrame(
                type: head[0],
                channel: UInt16(head[1]) << 8 | UInt16(head[2]),
                payload: Array(payload)
            )
            if let method = frame.method { log.note(method, from: number) }
            if frame.type != 8 { return frame }
            log.note(.heartbeat, from: number)
        }
    }

    /// Answers what a broker answers, until one of these methods comes; that one is left to the script.
    @discardableResult
    func serve(until methods: PeerMethod...) throws -> PeerFrame {
        if !log.has(.protocolHeader, from: number) {
            _ = try socket.read(exactly: 8)
            log.note(.protocolHeader, from: number)
            if methods.contains(.protocolHeader) { return .method(.protocolHeader) }
            try send(.method(.start, channel: 0, Self.startArguments))
        }
        while true {
            let frame = try next()
            guard let method = frame.method else { continue }
            if methods.contains(method) { return frame }
            if let answer = answer(to: frame) { try send(answer) }
        }
    }

    /// A publishing with its content; what comes before it is answered.
    func publishing() throws -> (messageID: String?, body: [UInt8]) {
        try serve(until: .publish)
        let header = try next().payload
        let size = header[4..<12].reduce(0) { $0 << 8 | Int($1) }
        var body: [UInt8] = []
        while body.count < size { body += try next().payload }
        let flags = UInt16(header[12]) << 8 | UInt16(header[13])
        // The tests set no property but the id (and the delivery mode before it).
        let start = 14 + (flags & 1 << 12 != 0 ? 1 : 0)
        let id = flags & 1 << 7 != 0 ? header[(start + 1)...].prefix(Int(header[start])) : nil
        let messageID = id.map { String(decoding: $0, as: UTF8.self) }
        log.published(messageID ?? "")
        return (messageID, body)
    }

    /// Answers everything until the client has gone.
    func obey() throws { try serve(until: .start) }

    /// Goes on reading and never says a word, until the client has gone.
    func beSilent() throws { while true { _ = try socket.read(upTo: 1 << 16) } }

    /// Does not even read, until the client has gone.
    func standStill() { socket.waitForEnd() }

    /// A moment of a script's own thread, between two looks at what a test wants.
    func waitAMoment() { socket.poll(milliseconds: 2) }

    // MARK: Speaking

    func send(_ frames: PeerFrame...) throws { try socket.write(frames.flatMap(\.bytes)) }

    func send(bytes: some Collection<UInt8>) throws { try socket.write(bytes) }

    func acknowledge(_ tag: UInt64, multiple: Bool = false) throws {
        try send(.method(.acknowledge, PeerBytes().longLong(tag).octet(multiple ? 1 : 0)))
    }

    func refuse(_ tag: UInt64, multiple: Bool = false) throws {
        try send(.method(.refuse, PeerBytes().longLong(tag).octet(multiple ? 1 : 0)))
    }

    func closeChannel(_ code: UInt16, _ text: String) throws {
        try send(.method(.channelClose, PeerBytes().short(code).shortString(text).short(0).short(0)))
    }

    func closeConnection(_ code: UInt16, _ text: String) throws {
        try send(.method(.close, channel: 0, PeerBytes().short(code).shortString(text).short(0).short(0)))
    }

    /// The frames of a returned message.
    static func returned(exchange: String, routingKey: String, messageID: String, body: [UInt8]) -> [PeerFrame] {
        let arguments = PeerBytes().short(312).shortString("NO_ROUTE").shortString(exchange).shortString(routingKey)
        return [.method(.returned, arguments), .header(bodySize: body.count, messageID: messageID), .body(body)]
    }

    /// The frames of a delivery to the client's first consumer.
    func delivery(_ tag: UInt64, body: [UInt8]) -> [PeerFrame] {
        let arguments = PeerBytes().shortString(log.consumerTag(from: number)).longLong(tag).octet(0).shortString("")
        let head = [PeerFrame.method(.deliver, arguments.shortString("key")), .header(bodySize: body.count)]
        return body.isEmpty ? head : head + [.body(body)]
    }

    /// `basic.consume-ok`, for a script that stopped at the question.
    func confirmConsumer(_ frame: PeerFrame) throws {
        if let answer = answer(to: frame) { try send(answer) }
    }

    // MARK: A broker's answers

    private static let startArguments = PeerBytes().octet(0).octet(9).long(0).longString("PLAIN").longString("en_US")

    private func answer(to frame: PeerFrame) -> PeerFrame? {
        switch frame.method {
        case .startOK: .method(.tune, channel: 0, PeerBytes().short(10).long(131_072).short(heartbeat))
        case .open: .method(.openOK, channel: 0, PeerBytes().shortString(""))
        case .close: .method(.closeOK, channel: 0)
        case .channelOpen: .method(.channelOpenOK, PeerBytes().long(0))
        case .channelClose: .method(.channelCloseOK)
        case .exchangeDeclare: .method(.exchangeDeclareOK)
        case .queueDeclare: .method(.queueDeclareOK, PeerBytes().shortString("q").long(0).long(0))
        case .queueBind: .method(.queueBindOK)
        case .qos: .method(.qosOK)
        case .consume: .method(.consumeOK, PeerBytes().shortString(noteConsumer(frame)))
        case .cancel: .method(.cancelOK, PeerBytes().raw(Array(frame.payload[4...].dropLast())))
        case .confirmSelect: .method(.confirmSelectOK)
        default: nil
        }
    }

    /// `basic.consume`: a reserved number, the queue, the tag.
    private func noteConsumer(_ frame: PeerFrame) -> String {
        let queue = 4 + 2
        let tag = queue + 1 + Int(frame.payload[queue])
        let text = String(decoding: frame.payload[(tag + 1)...].prefix(Int(frame.payload[tag])), as: UTF8.self)
        log.consumes(text, from: number)
        return text
    }
}
