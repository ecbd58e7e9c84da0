import AMQP
import Glibc
import Logging
import RabbitMQ

// The same work as the baseline in C, through the library as anybody uses it: a task for each message, publishing with
// a confirm, then the settlement.
//
//   transport-in-swift URL QUEUE EVENTS_QUEUE COUNT PREFETCH

let arguments = CommandLine.arguments
guard arguments.count == 6, let total = Int(arguments[4]), let prefetch = Int(arguments[5]) else {
    print("usage: transport-in-swift URL QUEUE EVENTS_QUEUE COUNT PREFETCH")
    exit(64)
}
let logger = {
    var logger = Logger(label: "transport-in-swift", factory: StreamLogHandler.standardError(label:))
    logger.logLevel = .warning
    return logger
}()
let configuration = RabbitMQConfiguration(address: try AMQPAddress(arguments[1]))
let events = RoutingKey(arguments[3])
let body = [UInt8](repeating: UInt8(ascii: "e"), count: 600)

let publisher = RabbitMQPublisher(configuration: configuration, logger: logger)
let consumer = RabbitMQConsumer(
    configuration: configuration,
    subscriptions: [QueueSubscription(queue: QueueName(arguments[2]), prefetch: Prefetch(prefetch))],
    logger: logger
)
await work()
await publisher.close()
await consumer.close()

/// Away from the main actor, which would take part in every turn.
nonisolated func work() async {
    await withDiscardingTaskGroup { group in
        var count = 0
        for await delivery in consumer.deliveries {
            count += 1
            let number = count
            group.addTask {
                let event = Publishing(
                    exchange: .default,
                    routingKey: events,
                    properties: Properties(deliveryMode: .persistent, messageID: "event-\(number)"),
                    body: body
                )
                do {
                    try await publisher.publish(event)
                    consumer.settle(delivery.id, .acknowledge)
                } catch {
                    logger.error("not published", metadata: ["error": "\(error)"])
                    exit(1)
                }
            }
            if count == total { break }
        }
    }
}
