import Foundation
import LocalServers
import TestKit
import Testing

#if canImport(Glibc)
import Glibc
#endif

/// A worker whose ledger is on a disk that fills up: intake stops, nothing is lost, and all goes on by itself.
@Suite(.serialized) struct FullDiskTests {
    /// How a program gets a mount of its own; unprivileged users need a namespace for themselves too.
    private static let namespace = geteuid() == 0 ? ["-m"] : ["-r", "-m"]

    /// Whether this machine lets one mount a small disk that nobody else sees.
    private static func canMount() async throws -> Bool {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let program = try await KeptProgram.start(
            "/bin/sh",
            ["-c", #"command -v unshare && exec unshare "$@""#, "sh"] + namespace
                + ["/bin/sh", "-c", "mount -t tmpfs -o size=1m none \(folder.path)"],
            logFile: folder.appendingPathExtension("log")
        )
        defer { program.letGo() }
        return try await program.exitStatus() == 0
    }

    @Test(
        .enabled("needs the right to mount") { try await canMount() },
        .timeLimit(.minutes(4))
    )
    func `A full disk stops intake, loses nothing, and when there is room again all goes on`() async throws {
        try await World.run(["PREFETCH": "20"]) { world in
            let disk = world.folder.appending(path: "disk")
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            let ledger = "sqlite:\(disk.path)/ledger.sqlite"
            let worker = try await world.startWorker(
                ["LEDGER_URL": ledger],
                through: "/usr/bin/env",
                ["unshare"] + Self.namespace + [
                    "/bin/sh", "-c", #"mount -t tmpfs -o size=4m none "$1" && shift && exec "$@""#, "sh", disk.path,
                ]
            )
            try await world.send("first", "create-subscription", "SUB-0", OrderData.creation)
            try await world.outcome(of: "first")
            let filler = Filler("/proc/\(worker.program.pid)/root\(disk.path)/filler")
            try filler.fill()
            for number in 1...40 {
                try await world.send("c\(number)", "create-subscription", "SUB-\(number)", OrderData.creation)
            }
            let url = try #require(worker.url)
            try await eventually("it is not ready, and says why: \(world.lastLog)", within: .seconds(60)) {
                try filler.fill()
                let answer = try await HTTP.send("GET", url + "/readyz")
                return answer.status == 503 && answer.text.contains("full")
            }
            #expect(try await HTTP.send("GET", url + "/livez").status == 200)
            // Whatever could still be written was; the rest waits, in hand or with the broker.
            let metrics = try await worker.metrics()
            #expect(metrics["order_worker_in_flight"] ?? 0 > 0, "\(metrics)")
            #expect(metrics["order_worker_in_flight"] ?? 0 <= 20, "\(metrics)")
            #expect(world.outcomes.count < 41)
            try filler.remove()
            try await worker.becomesReady()
            try await eventually("all succeed: \(world.lastLog)", within: .seconds(60)) {
                Set(world.outcomes.filter { $0.outcome == "succeeded" }.map(\.command)).count == 41
            }
            try await worker.conserves()
            #expect(try await world.calls("POST /entitlements") == 41, "each was created once")
            #expect(worker.isRunning)
        }
    }

    /// A file that takes all the room there is.
    private struct Filler {
        let path: String

        init(_ path: String) { self.path = path }

        func fill() throws {
            let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
            try #require(descriptor >= 0, "\(path): \(String(cString: strerror(errno)))")
            defer { _ = close(descriptor) }
            let chunk = [UInt8](repeating: 1, count: 4096)
            while write(descriptor, chunk, chunk.count) > 0 {}
        }

        func remove() throws { try FileManager.default.removeItem(atPath: path) }
    }
}
