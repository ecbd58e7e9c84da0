import AMQP
import Foundation
import OrderMessages
import Synchronization

/// The run of a message that may have killed a worker: alone, with a durable strike until it is over.
///
/// It is over when the message turns out to be decided already, when its decision is recorded, when it leaves the line,
/// or when it waits for EMS: what doesn't run kills nobody.
final class AloneRun: Sendable {
    /// The run that the current task is about; `nil` for one that runs beside others.
    @TaskLocal static var current: AloneRun?

    /// Strikes in a row after which a message is not handled any more.
    static let limit = 3

    /// Strikes that it had before.
    let strikes: Int
    private let digest: String
    private let line: Line
    private let isOver = Mutex(false)

    private init(_ strikes: Int, _ digest: String, _ line: Line) {
        self.strikes = strikes
        self.digest = digest
        self.line = line
    }

    /// Leaves a strike; answers `nil` when the worker shuts down before the ledger takes it.
    static func begin(_ message: Message, _ line: Line) async -> AloneRun? {
        let digest = message.strikeDigest
        while !line.drain.hasBegun {
            if let strikes = try? await line.ledger.strike(digest, at: line.timekeeper.now()) {
                let run = AloneRun(strikes, digest, line)
                line.solitude.remember(run)
                return run
            }
            await line.timekeeper.sleep(0.5)
        }
        return nil
    }

    /// Why the message is not handled any more; `nil` when it is.
    var verdict: Poison? {
        guard strikes >= Self.limit else { return nil }
        return Poison(
            .workerCrashed,
            "it has killed a worker that handled it alone \(strikes) times in a row, before anything was decided"
        )
    }

    /// Whether even reading it has killed a worker: then nothing of it is read.
    var isUnreadable: Bool { strikes > Self.limit }

    /// Whether nobody else may begin yet.
    var isAlone: Bool { isOver.withLock { !$0 } }

    /// The process lives: the strikes are gone, and others may run beside.
    ///
    /// Those of a convicted message stay until its dead letter is acknowledged: see ``end(_:)``.
    func end() async {
        let isFirst = isOver.withLock { isOver in
            defer { isOver = true }
            return !isOver
        }
        guard isFirst else { return }
        line.solitude.remember(nil)
        await forgive()
        line.solitude.endAlone()
    }

    /// Its delivery has met its fate, and was settled.
    ///
    /// What comes again is still convicted, and is not even read: nobody shall die of it once more because its letter
    /// wasn't confirmed.
    func end(_ fate: Fate) async {
        if verdict != nil, fate.isSafe { await clear() }
        await end()
    }

    /// Takes the strikes of an innocent back.
    ///
    /// One that stays would count against a message that did no harm.
    func forgive() async {
        if verdict == nil { await clear() }
    }

    private func clear() async {
        while (try? await line.ledger.clearStrikes(digest)) == nil, !line.drain.hasBegun {
            await line.timekeeper.sleep(0.5)
        }
    }
}

extension Message {
    /// What tells this message from its neighbours, without understanding any of it: its body, and what names it.
    var strikeDigest: String {
        var bytes = body
        for text in [properties.messageID, properties.appID, properties.type, omittedBody?.sha256] {
            bytes += Array("\u{0}\(text ?? "")".utf8)
        }
        for field in properties.headers.fields where field.name.lowercased().hasPrefix("cloudevents") {
            if case .text(let text) = field.value { bytes += Array("\u{0}\(field.name)=\(text)".utf8) }
        }
        return ContentDigest.sha256(bytes)
    }
}

extension Delivery {
    /// How often a message may come back before it runs alone, where several workers share a ledger.
    private static let mostReturns: Int64 = 3

    /// Whether it has come back so often that it may have killed one worker after the other.
    ///
    /// What it does before it is claimed no ledger knows of. It runs alone, which proves it innocent if it is:
    /// connections that are cut and workers that shut down send messages back too.
    var hasComeBackOften: Bool {
        guard isRedelivered, case .integer(let count)? = message.properties.headers["x-delivery-count"] else {
            return false
        }
        return count >= Self.mostReturns
    }
}
