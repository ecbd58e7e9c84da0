import Foundation
import LocalServers
import OrderFulfilment

/// The workers of a cell: started, killed, frozen, and started again.
actor Fleet {
    /// A place for a worker.
    private struct Slot {
        var program: KeptProgram?
    }

    private let environment: [String: String]
    private let folder: URL
    private var slots: [Slot]
    private var random: SplitMix
    private(set) var starts = 0
    /// How often a worker died at a crash point or of ``kill()``.
    private(set) var deaths = 0
    /// How workers ended that nobody had killed.
    private(set) var ownEnds: [String] = []
    /// Process ids of those that were only replaced.
    private var replaced: Set<Int32> = []
    /// Crash points that workers are still to be started with.
    private var plans: [String]
    private var isKeeping = false

    init(
        workers: Int,
        plans: [String],
        environment: [String: String],
        folder: URL,
        random: SplitMix
    ) {
        slots = Array(repeating: Slot(), count: workers)
        self.plans = plans
        self.environment = environment
        self.folder = folder
        self.random = random
    }

    /// Starts whoever isn't running, until ``stop()``.
    func keepUp() async {
        isKeeping = true
        while isKeeping {
            await look()
            await pausing(0.03)
        }
    }

    private func look() async {
        for index in slots.indices where isKeeping {
            if let program = slots[index].program {
                guard !Self.isRunning(program) else { continue }
                slots[index].program = nil
                await bury(program)
            }
            slots[index].program = try? await start()
        }
    }

    private func bury(_ program: KeptProgram) async {
        let status = try? await program.exitStatus()
        await program.end()
        guard status != 137 else {
            if !replaced.contains(program.pid) { deaths += 1 }
            return
        }
        let tail = program.log.split(separator: "\n").suffix(2).joined(separator: " | ")
        ownEnds.append("a worker ended by itself with \(status.map { "\($0)" } ?? "no status"): \(tail)")
    }

    private func start() async throws -> KeptProgram {
        starts += 1
        var environment = environment
        if !plans.isEmpty { environment["ORDER_WORKER_CRASH_POINT"] = plans.removeFirst() }
        return try await KeptProgram.start(
            try Programs.path("order-worker"),
            ["run"],
            environment: environment,
            logFile: folder.appending(path: "worker-\(starts).log")
        )
    }

    /// `kill -9` of anybody.
    func kill() {
        slots.randomElement(using: &random)?.program?.signal("KILL")
    }

    /// Nobody dies at a crash point any more, unless it was started so.
    func forgetPlans() { plans = [] }

    /// Workers that were started with a crash point are replaced by ones without.
    func becomeSafe() async {
        forgetPlans()
        for slot in slots where slot.program.map({ $0.log.contains("made to crash") }) ?? false {
            guard let program = slot.program else { continue }
            replaced.insert(program.pid)
            program.signal("KILL")
        }
    }

    /// Stops somebody in its tracks for that many seconds; answers whether it stood still, to its end or to the time's.
    func freeze(seconds: Double) async -> Bool {
        let running = slots.compactMap(\.program).filter(Self.isRunning)
        guard let program = running.randomElement(using: &random) else { return false }
        program.signal("STOP")
        let isFrozen = await holds(within: 2) { Self.isStopped(program) }
        await pausing(seconds)
        program.signal("CONT")
        return isFrozen
    }

    /// Addresses of those that run.
    var urls: [String] {
        slots.compactMap { slot in
            guard let program = slot.program, Self.isRunning(program) else { return nil }
            return program.log.split(separator: "\n").first { $0.contains("url=") && $0.hasSuffix(" listening") }?
                .split(separator: " ").first { $0.hasPrefix("url=") }.map { String($0.dropFirst(4)) }
        }
    }

    /// Ends everybody with SIGTERM; answers with what didn't end in order.
    func stop() async -> [String] {
        isKeeping = false
        var troubles: [String] = []
        let programs = slots.compactMap(\.program)
        for program in programs { program.signal("TERM") }
        for program in programs {
            let status = try? await program.exitStatus()
            if status != 0 {
                let tail = program.log.split(separator: "\n").suffix(3).joined(separator: " | ")
                troubles.append("a worker ended with \(status.map { "\($0)" } ?? "no status") after SIGTERM: \(tail)")
            }
            await program.end()
        }
        slots = slots.map { _ in Slot() }
        return troubles
    }

    private static func isStopped(_ program: KeptProgram) -> Bool {
        let stat = try? String(contentsOfFile: "/proc/\(program.pid)/stat", encoding: .utf8)
        return stat?.split(separator: ")").last?.split(separator: " ").first == "T"
    }

    /// Whether it hasn't ended; asks the kernel, since waiting for the end would keep signals from it.
    private static func isRunning(_ program: KeptProgram) -> Bool {
        FileManager.default.fileExists(atPath: "/proc/\(program.pid)/exe")
    }
}
