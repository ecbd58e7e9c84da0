import Foundation
import Logging
import RabbitMQ
import SubscriptionLifecycle
import Testing

@testable import OrderWorker

/// The least that a worker needs.
private let minimal: [SettingKey: String] = [
    .emsURL: "http://127.0.0.1:8081/ems", .emsUsername: "sandbox", .emsPassword: "s3cret",
]

private func settings(_ changes: [SettingKey: String] = [:]) throws -> WorkerSettings {
    try WorkerSettings(SettingValues(minimal.merging(changes) { $1 }))
}

@Suite("Settings")
struct SettingsTests {
    @Test("The defaults are the contract's")
    func defaults() throws {
        let settings = try settings()
        #expect(settings.amqp.host == "127.0.0.1")
        #expect(settings.amqp.port == 5672)
        #expect(settings.httpPort == 8080)
        #expect(settings.topologyPrefix == "orders")
        #expect(settings.prefetch == 200)
        #expect(settings.concurrency == 64)
        #expect(settings.predecessorWait == 30)
        #expect(settings.shutdownGrace == 25)
        #expect(settings.confirmTimeout == 15)
        #expect(settings.consumerTimeout == 1800)
        #expect(settings.parkedLimit == 100_000)
        #expect(settings.parkedBytes == 1 << 30)
        #expect(settings.ems?.timeout == 30)
        #expect(settings.ems?.settle == 60)
        #expect(settings.policies.conversionWindow.days == 30)
        #expect(settings.policies.renewalGrace.days == 30)
        #expect(settings.maxMessageSize == 1 << 20)
        #expect(settings.businessTimeZone.identifier == "UTC" || settings.businessTimeZone.secondsFromGMT() == 0)
        #expect(settings.logLevel == .info)
    }

    @Test(
        "A wrong value is refused with its key, the value and what is allowed",
        arguments: [
            (SettingKey.httpPort, "http"), (.httpPort, "65536"), (.prefetch, "0"), (.concurrency, "-1"),
            (.predecessorWait, "30"), (.predecessorWait, "0s"), (.shutdownGrace, "soon"), (.emsTimeout, "1y"),
            (.conversionWindow, "36h"), (.renewalGrace, "-1d"), (.businessTimeZone, "Mars/Olympus"),
            (.maxMessageSize, "1"), (.logLevel, "loud"), (.topologyPrefix, "amq.orders"), (.topologyPrefix, "a b"),
            (.emsURL, "ftp://x/ems"), (.emsURL, "127.0.0.1"), (.emsCreateCustomers, "maybe"),
            (.emsUsername, "a:b"), (.consumerTimeout, "never"), (.parkedLimit, "0"), (.parkedBytes, "1GB"),
        ]
    )
    func wrongValue(key: SettingKey, value: String) throws {
        let error = try #require(throws: SettingError.self) { try settings([key: value]) }
        #expect(error.key == key)
        #expect(error.description.contains(key.rawValue))
        #expect(error.description.contains("'\(value)'"))
        #expect(!error.allowed.isEmpty)
    }

    @Test("A wrong secret is refused without being shown", arguments: [SettingKey.amqpURL, .managementURL, .ledgerURL])
    func wrongSecret(key: SettingKey) throws {
        let error = try #require(throws: SettingError.self) { try settings([key: "hunter2://x"]) }
        #expect(error.key == key)
        #expect(!error.description.contains("hunter2"))
    }

    @Test(
        "What is missing is named, with all the places to set it",
        arguments: [SettingKey.emsURL, .emsUsername, .emsPassword]
    )
    func missing(key: SettingKey) throws {
        var values = minimal
        values[key] = nil
        let error = try #require(throws: SettingError.self) { try WorkerSettings(SettingValues(values)) }
        #expect(error.key == key)
        #expect(error.description.contains("--\(key.flag)"))
    }

    @Test(
        "What TLS lacks is named with its setting",
        arguments: [
            ([.amqpCAFile: "/nowhere.pem"], .amqpCAFile, "amqps://"),
            ([.amqpKeyFile: "/nowhere.pem"], .amqpKeyFile, "amqps://"),
            ([.amqpURL: "amqps://broker/", .amqpCAFile: "/nowhere.pem"], .amqpCAFile, "No such file"),
            ([.amqpURL: "amqps://broker/", .amqpCAFile: "/dev/null"], .amqpCAFile, "no certificate"),
            ([.amqpURL: "amqps://broker/", .amqpCertificateFile: "/c.pem"], .amqpKeyFile, "AMQP_KEY_FILE is not set"),
            ([.amqpURL: "amqps://broker/", .amqpKeyFile: "/c.key"], .amqpCertificateFile, "is not set"),
            (
                [.amqpURL: "amqps://broker/", .amqpCertificateFile: "/c.pem", .amqpKeyFile: "/c.key"],
                .amqpCertificateFile, "'/c.pem'"
            ),
            ([.amqpAuthentication: "token"], .amqpAuthentication, "password or certificate"),
            ([.amqpAuthentication: "certificate"], .amqpAuthentication, "AMQP_CERTIFICATE_FILE"),
        ] as [([SettingKey: String], SettingKey, String)]
    )
    func wrongTLS(changes: [SettingKey: String], key: SettingKey, reason: String) throws {
        let error = try #require(throws: SettingError.self) { try settings(changes) }
        #expect(error.key == key)
        #expect(error.description.contains(reason), "\(error)")
    }

    @Test("Commands that only look at queues need no EMS")
    func withoutEMS() throws {
        #expect(try WorkerSettings(SettingValues([:]), needsEMS: false).ems == nil)
    }

    @Test("Flags win over the environment, the environment over the file, in either spelling")
    func priority() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
        try "PREFETCH: 1\nconcurrency: 2\nHTTP_PORT: 3\ntopology-prefix: filed\n".write(
            to: file,
            atomically: true,
            encoding: .utf8
        )
        defer { try? FileManager.default.removeItem(at: file) }
        let values = try await SettingValues(
            flags: [.httpPort: "33"],
            environment: ["HTTP_PORT": "22", "CONCURRENCY": "20"],
            file: file.path
        )
        #expect(values.text(.prefetch) == "1")
        #expect(values.text(.concurrency) == "20")
        #expect(values.text(.httpPort) == "33")
        #expect(values.text(.topologyPrefix) == "filed")
        #expect(values.text(.logLevel) == "info")
    }

    @Test("A secret can be given as a file")
    func secretFile() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try "s3cret\n".write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let values = try await SettingValues(flags: [:], environment: ["EMS_PASSWORD_FILE": file.path], file: nil)
        #expect(values.text(.emsPassword) == "s3cret")
        await #expect(throws: UnreadableConfiguration.self) {
            try await SettingValues(flags: [:], environment: ["EMS_PASSWORD_FILE": "/nowhere"], file: nil)
        }
    }

    @Test("A configuration file that can't be read is an error")
    func unreadableFile() async {
        await #expect(throws: UnreadableConfiguration.self) {
            try await SettingValues(flags: [:], environment: [:], file: "/nowhere.yaml")
        }
    }

    @Test(
        "Durations",
        arguments: [
            ("500ms", 0.5 as Double?), ("30s", 30), ("10m", 600), ("2h", 7200), ("30d", 2_592_000), ("0s", 0),
            ("", nil),
            ("s", nil), ("1.5s", nil), ("-1s", nil), ("1 s", nil), ("30", nil), ("99999999999s", nil),
        ]
    )
    func durations(text: String, seconds: Double?) {
        #expect(DurationText.seconds(text) == seconds)
    }
}
