import Foundation
import Testing

@testable import RabbitMQManagement

@Suite struct ManagementAddressTests {
    @Test(
        arguments: [
            ("http://u:p%40ss@host:15672", "http://host:15672", "u", "p@ss"),
            ("https://host", "https://host:15671", "guest", "guest"),
            ("http://host/", "http://host:15672", "guest", "guest"),
            ("http://u@host:80/rabbit/api/", "http://host:80/rabbit", "u", ""),
            ("http://[::1]:15672", "http://[::1]:15672", "guest", "guest"),
        ]
    )
    func `an address has its parts and its defaults`(url: String, base: String, user: String, password: String) throws {
        let address = try ManagementAddress(url)
        #expect(address.base == base && address.user == user && address.password == password)
    }

    @Test(arguments: ["amqp://host", "host:15672", "http://", "http://host?x=1", ""])
    func `another text is refused without being repeated`(url: String) {
        #expect(throws: ManagementAddress.Invalid.self) { try ManagementAddress(url) }
    }

    @Test func `the password is never shown`() throws {
        let address = try ManagementAddress("http://u:s3cret@host")
        var dumped = ""
        dump(address, to: &dumped)
        for text in ["\(address)", String(reflecting: address), dumped, "\(ManagementFailure.loginRefused(address))"] {
            #expect(!text.contains("s3cret"), "\(text)")
        }
    }

    @Test func `empty arguments are read in either form`() throws {
        for text in ["{}", "[]"] {
            #expect(try JSONDecoder().decode(ManagementArguments.self, from: Data(text.utf8)) == .init())
        }
        let some = try JSONDecoder().decode(
            ManagementArguments.self,
            from: Data(#"{"a": 1, "b": true, "c": "x", "d": 1.5, "e": [null], "f": {"g": 2}}"#.utf8)
        )
        #expect(
            some.values == [
                "a": .integer(1), "b": .boolean(true), "c": .text("x"), "d": .double(1.5), "e": .array([.null]),
                "f": .object(["g": .integer(2)]),
            ]
        )
    }
}
