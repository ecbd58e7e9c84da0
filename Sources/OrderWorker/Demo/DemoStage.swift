import Foundation
import FoundationNetworking
import LocalServers

/// The servers of a demo: a private RabbitMQ, the sandbox, and a worker between them.
struct DemoStage {
    let settings: WorkerSettings
    let consoleURL: String
    private let environment: [String: String]
    private let folder: URL
    private let broker: RabbitMQServer
    private let programs: [KeptProgram]

    /// Starts them, telling what it does.
    static func set(_ tell: (String) -> Void) async throws -> DemoStage {
        let start = ContinuousClock.now
        let folder = FileManager.default.temporaryDirectory.appending(path: "order-worker-demo-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        tell("starting a private RabbitMQ, the EMS sandbox and a worker (data in \(folder.path)) …")
        async let starting = RabbitMQServer.dedicated()
        let sandbox = try await KeptProgram.start(
            try program("ems-sandbox"),
            ["--host", "127.0.0.1", "--port", "0"],
            logFile: folder.appending(path: "ems-sandbox.log")
        )
        let emsURL = try await said("listening on ", by: sandbox)
        let broker = try await starting
        let environment = [
            "AMQP_URL": broker.url, "EMS_URL": emsURL, "EMS_USERNAME": "sandbox", "EMS_PASSWORD": "sandbox",
            "LEDGER_URL": "sqlite:\(folder.appending(path: "ledger.sqlite").path)", "HTTP_HOST": "127.0.0.1",
            "HTTP_PORT": "0", "TOPOLOGY_PREFIX": "orders",
        ]
        let worker = try await KeptProgram.start(
            try program("order-worker"),
            ["run"],
            environment: environment,
            logFile: folder.appending(path: "order-worker.log")
        )
        let consoleURL = try await said("url=", by: worker)
        tell("ready after \(seconds(since: start)) s\n")
        let texts = environment.compactMap { name, value in SettingKey(rawValue: name).map { ($0, value) } }
        return DemoStage(
            settings: try WorkerSettings(SettingValues(Dictionary(texts, uniquingKeysWith: { $1 }))),
            consoleURL: consoleURL,
            environment: environment,
            folder: folder,
            broker: broker,
            programs: [worker, sandbox]
        )
    }

    /// What to do with the servers, for `--keep`.
    var invitation: String {
        let exports = environment.sorted { $0.key < $1.key }.filter { !$0.key.hasPrefix("HTTP") }
            .map { "  export \($0.key)='\($0.value)'" }.joined(separator: "\n")
        let binary = (try? Self.program("order-worker")) ?? "order-worker"
        return """
            Everything runs. In another terminal:

            \(exports)
              alias order-worker='\(binary)'

              order-worker publish --operation create-subscription --data '{"subscriptionId": "SUB-1001",
                "customer": {"externalId": "C-1", "name": "Acme"}, "term": {"start": "2026-01-01", "months": 12},
                "lineItems": [{"lineId": "1", "product": {"externalId": "GC3040"}, "quantity": 10}]}'
              order-worker publish --operation renew-subscription --data '{"subscriptionId": "SUB-1001", "term": {"months": 12}}'
              order-worker orders list
              order-worker dead-letters list

            Console, health and metrics: \(consoleURL)   (/readyz, /metrics)
            Logs: \(folder.path)
            Ctrl-C ends and removes all of it.
            """
    }

    /// A metric of the worker; `nil` when it can't be read.
    func metric(_ name: String) async -> Int? {
        guard let url = URL(string: consoleURL + "/metrics"),
            let (body, _) = try? await URLSession.shared.data(from: url)
        else { return nil }
        return String(decoding: body, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix(name + " ") }.flatMap {
            Int($0.dropFirst(name.count + 1))
        }
    }

    /// Ends the servers and removes what they wrote.
    func clear() async {
        // Side by side: each takes its time, and Ctrl-C has been pressed.
        await withTaskGroup { group in
            for program in programs { group.addTask { await program.end() } }
            group.addTask { await broker.close() }
        }
        try? FileManager.default.removeItem(at: folder)
    }

    /// The built program of that name: the one beside this one.
    private static func program(_ name: String) throws -> String {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let path = own.deletingLastPathComponent().appending(path: name).path
        guard FileManager.default.isExecutableFile(atPath: path) else {
            throw CommandFailure(description: "\(path) isn't there; build it with: swift build --product \(name)")
        }
        return path
    }

    /// What a program says after those words, once it says it.
    private static func said(_ words: String, by program: KeptProgram) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(60)
        while ContinuousClock.now < deadline {
            let complete = program.log.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = complete.first(where: { $0.contains(words + "http") }), let range = line.firstRange(of: words)
            {
                return String(line[range.upperBound...].prefix { $0 != " " })
            }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw CommandFailure(description: "a server of the demo did not start. It said:\n\(program.log)")
    }

    private static func seconds(since start: ContinuousClock.Instant) -> String {
        String(format: "%.1f", (ContinuousClock.now - start) / .seconds(1))
    }
}
