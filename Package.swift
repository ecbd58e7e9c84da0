// swift-tools-version: 6.2
import PackageDescription

// The manifest is the architecture diagram: targets stand in ring order, arrows point inward.
//
//   OrderWorker ──► OrderFulfilment and every adapter                                       composition root
//   RabbitMQ ──► AMQP, RabbitMQManagement ──► RabbitMQ                                      adapters (broker)
//   SentinelEMS, SQLiteLedger, PostgresLedger, OperatorConsole ──► OrderFulfilment          adapters
//   OrderFulfilment ──► AMQP, OrderMessages, SubscriptionLifecycle                          application
//   OrderMessages ──► SubscriptionLifecycle                                                 pure (the wire)
//   AMQP · SubscriptionLifecycle ──► nothing of ours                                        pure

// MARK: - Packages, each for what it is made for

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let deque: Target.Dependency = .product(name: "DequeModule", package: "swift-collections")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")
let coreMetrics: Target.Dependency = .product(name: "CoreMetrics", package: "swift-metrics")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let instrumentation: Target.Dependency = .product(name: "Instrumentation", package: "swift-distributed-tracing")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")

let packages: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(
        url: "https://github.com/apple/swift-configuration",
        from: "1.4.0",
        traits: [.defaults, "YAML", "CommandLineArguments"]
    ),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.0"),
]

// MARK: - Pure ring: no logger, clock, randomness or I/O

let pureRing: [Target] = [
    // AMQP 0-9-1 as Swift values, the connection's pure machines, and the broker seam (two small protocols).
    .target(name: "AMQP"),

    // States, commands, one transition table, guards, `decide`; policies as values.
    .target(name: "SubscriptionLifecycle"),

    // The wire: envelope, commands, outcomes, dead letters. The Swift twin of `Contracts/`.
    .target(name: "OrderMessages", dependencies: ["SubscriptionLifecycle", crypto]),
]

// MARK: - Application ring: the straight line and its ports

let applicationRing: [Target] = [
    // receive, translate, claim, look up, decide, record, apply, announce, settle.
    .target(
        name: "OrderFulfilment",
        dependencies: [
            "AMQP", "OrderMessages", "SubscriptionLifecycle", lifecycle, logging, instrumentation, tracing,
        ]
    )
]

// MARK: - Adapter ring: each port over a real thing

let adapterRing: [Target] = [
    // librabbitmq and the OpenSSL under it, as a module map and a shim: its two header layouts, OpenSSL's callbacks.
    .systemLibrary(name: "CRabbitMQ", pkgConfig: "librabbitmq", providers: [.apt(["librabbitmq-dev", "libssl-dev"])]),

    // The broker seam over librabbitmq: one OS thread owns one connection.
    .target(name: "RabbitMQ", dependencies: ["AMQP", "CRabbitMQ", deque, crypto, logging, coreMetrics]),

    // What only RabbitMQ's management API tells about a topology; apart, so that the client needs no HTTP.
    .target(name: "RabbitMQManagement", dependencies: ["AMQP", "RabbitMQ", asyncHTTPClient, nioCore, nioHTTP1]),

    // `EntitlementGateway` over the EMS REST API v5; EMS words stop here.
    .target(
        name: "SentinelEMS",
        dependencies: [
            "OrderFulfilment", "OrderMessages", "SubscriptionLifecycle", asyncHTTPClient, logging, metrics, nioCore,
            nioHTTP1, nioPosix, tracing,
        ]
    ),

    // What the ledgers share: messages, decisions and intents as bytes, and how writing went last. No I/O.
    .target(
        name: "LedgerStorage",
        dependencies: ["AMQP", "OrderFulfilment", "OrderMessages", "SubscriptionLifecycle"]
    ),

    // `Ledger` in one SQLite file: the embedded default.
    .target(
        name: "SQLiteLedger",
        dependencies: [
            "AMQP", "LedgerStorage", "OrderFulfilment", "OrderMessages", "SubscriptionLifecycle", grdb, logging,
        ]
    ),

    // libpq, as a module map. No code.
    .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

    // `Ledger` in a PostgreSQL database, for many workers: one OS thread owns one connection.
    .target(
        name: "PostgresLedger",
        dependencies: [
            "AMQP", "CPostgres", "LedgerStorage", "OrderFulfilment", "OrderMessages", "SubscriptionLifecycle", logging,
        ]
    ),

    // Health and metrics over HTTP.
    .target(
        name: "OperatorConsole",
        dependencies: [
            "AMQP", "OrderFulfilment", "SubscriptionLifecycle", hummingbird, httpTypes, coreMetrics, logging, nioCore,
        ]
    ),
]

// MARK: - Servers on this machine, for the demo and the tests

let localServers: [Target] = [
    // A private RabbitMQ node and child processes that end with their parent, whatever happens to it.
    .target(name: "LocalServers")
]

// MARK: - Executables

let executables: [Target] = [
    // `order-worker`: composition root and command line.
    .executableTarget(
        name: "OrderWorker",
        dependencies: [
            "AMQP", "OrderFulfilment", "OrderMessages", "SubscriptionLifecycle", "RabbitMQ", "RabbitMQManagement",
            "SentinelEMS", "SQLiteLedger", "PostgresLedger", "OperatorConsole", "LocalServers", argumentParser,
            configuration, lifecycle, unixSignals,
            instrumentation, logging, metrics, nioCore,
        ]
    ),

    // `ems-sandbox`: a stand-in for EMS, written from the API's evidence alone. Imports nothing of ours.
    .executableTarget(
        name: "EMSSandbox",
        dependencies: [argumentParser, hummingbird, httpTypes, lifecycle, logging, nioCore, unixSignals]
    ),
]

// MARK: - Benchmarks: ratios, side by side in one run

let benchmarks: [Target] = [
    // The baseline, and the same work through the library.
    .executableTarget(name: "TransportInC", dependencies: ["CRabbitMQ"], path: "Benchmarks/TransportInC"),
    .executableTarget(
        name: "TransportInSwift",
        dependencies: ["AMQP", "RabbitMQ", logging],
        path: "Benchmarks/TransportInSwift"
    ),

    // Lets both work in turns on a private broker and prints the ratios.
    .executableTarget(
        name: "TransportBenchmark",
        dependencies: [
            "AMQP", "RabbitMQ", "LocalServers", "TransportInC", "TransportInSwift", argumentParser, logging,
        ],
        path: "Benchmarks/TransportBenchmark"
    ),
]

// MARK: - Tests, by cost: pure, application, adapter, integration

let tests: [Target] = [
    // In-memory broker, fakes, conformance suites, real servers started on the spot.
    .target(
        name: "TestKit",
        dependencies: [
            "AMQP", "LocalServers", "OrderFulfilment", "OrderMessages", "SubscriptionLifecycle", deque,
        ],
        path: "Tests/TestKit"
    ),
    .testTarget(name: "AMQPTests", dependencies: ["AMQP"]),
    .testTarget(name: "SubscriptionLifecycleTests", dependencies: ["SubscriptionLifecycle"]),
    .testTarget(name: "OrderMessagesTests", dependencies: ["OrderMessages", "SubscriptionLifecycle"]),
    .testTarget(name: "HouseRulesTests"),
    .testTarget(
        name: "OrderWorkerTests",
        dependencies: [
            "OrderWorker", "AMQP", "OrderFulfilment", "OrderMessages", "RabbitMQ", "SubscriptionLifecycle", logging,
        ]
    ),
    .testTarget(
        name: "OrderFulfilmentTests",
        dependencies: [
            "OrderFulfilment", "AMQP", "OrderMessages", "SubscriptionLifecycle", "TestKit", lifecycle, logging,
        ]
    ),
    .testTarget(name: "TestKitTests", dependencies: ["TestKit", "AMQP", "LocalServers"]),

    // Every interleaving of a few commands with crashes and other trouble, over an abstract EMS, ledger and broker.
    .testTarget(
        name: "ModelCheckTests",
        dependencies: [
            "OrderFulfilment", "SentinelEMS", "EMSSandbox", "AMQP", "OrderMessages", "SubscriptionLifecycle",
            "TestKit", httpTypes, logging,
        ]
    ),
    .testTarget(name: "RabbitMQTests", dependencies: ["RabbitMQ", "AMQP", "CRabbitMQ", crypto, logging]),
    .testTarget(name: "RabbitMQManagementTests", dependencies: ["RabbitMQManagement", "RabbitMQ", "AMQP"]),
    .testTarget(
        name: "RabbitMQIntegrationTests",
        dependencies: [
            "RabbitMQ", "RabbitMQManagement", "CRabbitMQ", "AMQP", "LocalServers", "OrderFulfilment",
            "SubscriptionLifecycle", "TestKit", crypto, logging,
        ]
    ),
    .testTarget(
        name: "SentinelEMSTests",
        dependencies: [
            "EMSSandbox", "OrderFulfilment", "OrderMessages", "SentinelEMS", "SubscriptionLifecycle", "TestKit",
            logging,
        ]
    ),
    .testTarget(
        name: "EMSSandboxTests",
        dependencies: ["EMSSandbox", hummingbird, httpTypes, lifecycle, logging, nioCore, nioPosix]
    ),
    .testTarget(
        name: "SQLiteLedgerTests",
        dependencies: [
            "SQLiteLedger", "LedgerStorage", "TestKit", "AMQP", "OrderFulfilment", "OrderMessages",
            "SubscriptionLifecycle", grdb,
        ]
    ),

    .testTarget(
        name: "PostgresLedgerTests",
        dependencies: [
            "PostgresLedger", "TestKit", "AMQP", "LocalServers", "OrderFulfilment", "OrderMessages",
            "SubscriptionLifecycle", logging,
        ]
    ),

    // Random histories and random trouble for real processes, compared with a model.
    .executableTarget(
        name: "Chaos",
        dependencies: [
            "OrderWorker", "EMSSandbox", "AMQP", "LocalServers", "OrderFulfilment", "RabbitMQ", "SentinelEMS",
            "SubscriptionLifecycle", argumentParser, logging,
        ],
        path: "Tests/Chaos"
    ),
    .testTarget(name: "ChaosTests", dependencies: ["Chaos", "AMQP", "LocalServers", "SubscriptionLifecycle"]),

    // The three programs, as processes.
    .testTarget(
        name: "EndToEndTests",
        dependencies: [
            "OrderWorker", "EMSSandbox", "AMQP", "LocalServers", "RabbitMQ", "SentinelEMS", "TestKit", logging,
        ]
    ),
]

// MARK: - Package

/// With `ORDER_WORKER_TARGETS=AMQPTests,OrderMessagesTests swift test`, only these targets and what they need exist:
/// the pure tests then run without building the rest.
func selected(_ targets: [Target]) -> [Target] {
    guard let list = Context.environment["ORDER_WORKER_TARGETS"], !list.isEmpty else { return targets }
    var wanted = Set(list.split(separator: ",").map(String.init))
    while true {
        let needed = targets.filter { wanted.contains($0.name) }.flatMap(\.dependencies).compactMap { dependency in
            if case .byNameItem(let name, _) = dependency { name } else { nil as String? }
        }
        guard !wanted.isSuperset(of: needed) else { break }
        wanted.formUnion(needed)
    }
    return targets.filter { wanted.contains($0.name) }
}

let targets = selected(pureRing + applicationRing + adapterRing + localServers + executables + benchmarks + tests)

for target in targets where target.type != .system {
    target.swiftSettings = [
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ]
    if Context.environment["WARNINGS_AS_ERRORS"] == "1" {
        target.swiftSettings?.append(.treatAllWarnings(as: .error))
    }
}

let names = Set(targets.map(\.name))

extension Product {
    var targetNames: Set<String> {
        switch self {
        case let library as Library: Set(library.targets)
        case let executable as Executable: Set(executable.targets)
        default: []
        }
    }
}

let package = Package(
    name: "order-worker",
    platforms: [.macOS(.v15)],
    products: [
        .library(name: "RabbitMQ", targets: ["AMQP", "RabbitMQ"]),
        .executable(name: "order-worker", targets: ["OrderWorker"]),
        .executable(name: "ems-sandbox", targets: ["EMSSandbox"]),
    ].filter { $0.targetNames.isSubset(of: names) },
    dependencies: packages,
    targets: targets,
    swiftLanguageModes: [.v6]
)
