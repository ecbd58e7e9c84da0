import RabbitMQ
import Testing

@Suite struct AMQPAddressTests {
    @Test(arguments: [
        ("amqp://", AMQPAddress()),
        ("amqp://h", AMQPAddress(host: "h")),
        ("amqp://h/", AMQPAddress(host: "h")),
        ("amqp://h/%2F", AMQPAddress(host: "h")),
        ("amqp://h/%2f", AMQPAddress(host: "h")),
        ("amqp://h/orders", AMQPAddress(host: "h", virtualHost: "orders")),
        ("amqp://h/a%2Fb", AMQPAddress(host: "h", virtualHost: "a/b")),
        ("amqp://h:1234/v", AMQPAddress(host: "h", port: 1234, virtualHost: "v")),
        ("amqp://u@h", AMQPAddress(host: "h", user: "u", password: "")),
        ("amqp://u:p@h:1", AMQPAddress(host: "h", port: 1, user: "u", password: "p")),
        ("amqp://u:p:q@h", AMQPAddress(host: "h", user: "u", password: "p:q")),
        ("amqp://u%40x:p%2F%3A%25@h", AMQPAddress(host: "h", user: "u@x", password: "p/:%")),
        ("amqp://u:p@q@h", AMQPAddress(host: "h", user: "u", password: "p@q")),
        ("amqp://gr%C3%BCn:p@h", AMQPAddress(host: "h", user: "grün", password: "p")),
        ("AMQPS://h", AMQPAddress(host: "h", port: 5671, usesTLS: true)),
        ("amqps://[::1]", AMQPAddress(host: "::1", port: 5671, usesTLS: true)),
        ("amqp://[::1]:99/v", AMQPAddress(host: "::1", port: 99, virtualHost: "v")),
    ])
    func `addresses are parsed`(url: String, address: AMQPAddress) throws {
        #expect(try AMQPAddress(url) == address)
    }

    @Test(arguments: [
        ("", "://"), ("localhost:5672", "://"), ("http://h", "scheme"), ("amqp://h:x", "port"), ("amqp://h:0", "port"),
        ("amqp://h:65536", "port"), ("amqp://u:%zz@h", "password"), ("amqp://u:%4@h", "password"),
        ("amqp://%ff@h", "user is no UTF-8"), ("amqp://h/a/b", "%2F"), ("amqp://h/v?heartbeat=1", "query"),
        ("amqp://[::1", "not closed"), ("amqp://[::1]x", "follow"), ("amqp://h/%00", "zero byte"),
        ("amqp://h/" + String(repeating: "v", count: 256), "255"),
    ])
    func `what is no address is refused with the reason`(url: String, reason: String) {
        let error = #expect(throws: AMQPAddress.Invalid.self) { try AMQPAddress(url) }
        #expect(error?.description.contains(reason) == true, "\(String(describing: error))")
    }

    @Test func `nothing prints the password`() throws {
        let address = try AMQPAddress("amqp://user:s3cret@host/v")
        var dumped = ""
        dump(address, to: &dumped)
        dump(RabbitMQConfiguration(address: address), to: &dumped)
        for text in ["\(address)", String(reflecting: address), dumped, "\(RabbitMQConfiguration(address: address))"] {
            #expect(!text.contains("s3cret"), "\(text)")
        }
        #expect("\(address)" == "amqp://user:***@host:5672/v")
        let error = #expect(throws: AMQPAddress.Invalid.self) { try AMQPAddress("amqp://user:s3cret%@host") }
        #expect(error.map { !"\($0)".contains("s3cret") } == true)
    }
}
