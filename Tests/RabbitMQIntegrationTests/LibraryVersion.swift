import CRabbitMQ

/// Which librabbitmq runs: some of its faults and limits came and went.
enum LibraryVersion {
    private static let isBefore14 = amqp_version_number() < 0x000E_0000

    /// `amqp_basic_publish` waits for ever on a silent peer; mended in 0.14.
    static var publishCanHang: Bool { isBefore14 }

    /// From 0.14 on it gives up a connection over a table that is nested deeper than 100.
    static var decodesAnyDepth: Bool { isBefore14 }
}
