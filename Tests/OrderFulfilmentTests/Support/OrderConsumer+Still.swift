import Logging
import OrderMessages
import SubscriptionLifecycle
import TestKit

@testable import OrderFulfilment

extension OrderConsumer {
    /// A worker that doesn't run: its parts are looked at one by one.
    static func still(
        _ source: StillSource,
        _ publisher: StillPublisher,
        _ ledger: any Ledger,
        consumerTimeout: Double = 1800
    ) -> OrderConsumer {
        OrderConsumer(
            source: source,
            publisher: publisher,
            ledger: ledger,
            gateway: FakeEntitlementGateway(),
            lifecycle: Lifecycle(),
            topology: OrderTopology(),
            translator: Translator(),
            settings: LineSettings(workerName: "worker", consumerTimeout: consumerTimeout),
            predecessorWait: 30,
            timekeeper: FastTime().timekeeper,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }
}
