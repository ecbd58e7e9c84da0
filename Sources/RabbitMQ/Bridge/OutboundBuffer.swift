import AMQP
import Glibc

/// Frames that wait for the socket of one connection: all that one turn of the loop writes leaves with one system call.
///
/// Belongs to the connection's thread. Never waits: what the socket does not take stays here, so that a broker that takes
/// nothing can't stop its frames from being read. (0.11 waits for ever in such a send.)
final class OutboundBuffer {
    /// Where frames are added.
    var frames = FrameWriter()
    /// Bytes at the front of `frames` that have left.
    private var sent = 0
    /// When the socket first took nothing, of what still waits.
    private(set) var stalledSince: ContinuousClock.Instant?

    /// The socket is given all its time again.
    func restartPatience() { stalledSince = nil }

    /// Bytes that have not left.
    var count: Int { frames.bytes.count - sent }

    /// Hands bytes to the socket until it takes no more; says whether any left.
    @discardableResult
    func flush(now: ContinuousClock.Instant, _ write: (UnsafeRawBufferPointer) -> WriteResult) throws(BrokerFailure)
        -> Bool
    {
        var hasSent = false
        while sent < frames.bytes.count {
            let result = frames.bytes.withUnsafeBytes { write(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
            switch result {
            case .took(let count):
                sent += count
                hasSent = true
            case .full:
                if hasSent || stalledSince == nil { stalledSince = now }
                // A socket that is always a little behind must not make us keep all that has ever left.
                if sent >= 1 << 16, sent * 2 >= frames.bytes.count {
                    frames.removeFirst(sent)
                    sent = 0
                }
                return hasSent
            case .failed(let reason):
                throw .lost("writing: \(reason)")
            }
        }
        frames.removeAll()
        sent = 0
        stalledSince = nil
        return hasSent
    }
}

/// What became of bytes that were offered to a socket.
enum WriteResult {
    /// It took so many of them.
    case took(Int)
    /// It takes none now.
    case full
    /// It is of no use any more.
    case failed(String)
}
