import Foundation
import HTTPTypes
public import Hummingbird
public import Logging
import NIOCore
public import OrderFulfilment

/// Health, metrics and a page for people, over HTTP.
public struct OperatorConsole: Sendable {
    private let consumer: OrderConsumer
    private let registry: MetricsRegistry
    private let topologyPrefix: String
    /// What an operator's command must know to change anything; `nil` when nobody may.
    private let operatorToken: String?

    /// Looks at that worker.
    public init(
        consumer: OrderConsumer,
        registry: MetricsRegistry,
        topologyPrefix: String,
        operatorToken: String? = nil
    ) {
        self.operatorToken = operatorToken
        self.consumer = consumer
        self.registry = registry
        self.topologyPrefix = topologyPrefix
    }

    /// The service that listens; `onListening` is told the port once it does.
    public func application(
        _ configuration: ConsoleConfiguration,
        logger: Logger,
        onListening: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> some ApplicationProtocol {
        Application(
            router: router(),
            configuration: .init(
                address: .hostname(configuration.host, port: configuration.port),
                serverName: "order-worker"
            ),
            onServerRunning: { channel in await onListening(channel.localAddress?.port ?? configuration.port) },
            logger: logger
        )
    }

    private func router() -> Router<BasicRequestContext> {
        let router = Router()
        router.get("livez") { _, _ in
            let alive = consumer.isAlive
            return text(alive ? .ok : .serviceUnavailable, alive ? "alive\n" : "an I/O loop stands still\n")
        }
        router.get("readyz") { _, _ in
            let readiness = await consumer.readiness()
            return try json(readiness.isReady ? .ok : .serviceUnavailable, ReadinessReport(readiness))
        }
        router.get("metrics") { _, _ in
            let statistics = await consumer.ledgerStatistics()
            let readiness = await consumer.readiness()
            let text =
                ConservationMetrics.text(consumer.counters.snapshot, statistics, readiness) + registry.prometheusText()
            return body(.ok, text, "text/plain; version=0.0.4; charset=utf-8")
        }
        router.get("/") { _, _ in
            let statistics = await consumer.ledgerStatistics()
            let page = ConsolePage.html(
                await consumer.readiness(),
                consumer.counters.snapshot,
                statistics,
                topologyPrefix
            )
            return body(.ok, page, "text/html; charset=utf-8")
        }
        if let operatorToken {
            let counter = OperatorCounter(desk: consumer, token: operatorToken)
            router.post("operator") { request, _ in await counter.answer(request) }
        }
        return router
    }
}

private func text(_ status: HTTPResponse.Status, _ text: String) -> Response {
    body(status, text, "text/plain; charset=utf-8")
}

private func json(_ status: HTTPResponse.Status, _ value: some Encodable) throws -> Response {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return body(status, String(decoding: try encoder.encode(value), as: UTF8.self) + "\n", "application/json")
}

private func body(_ status: HTTPResponse.Status, _ text: String, _ contentType: String) -> Response {
    Response(
        status: status,
        headers: [.contentType: contentType, .cacheControl: "no-store"],
        body: ResponseBody(byteBuffer: ByteBuffer(string: text))
    )
}
