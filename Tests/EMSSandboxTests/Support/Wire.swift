import NIOCore
import NIOPosix

/// One HTTP request on a connection of its own, byte by byte, so that a dropped connection can't be mistaken for anything else.
enum Wire {
    /// All bytes up to the end of the connection.
    static func exchange(_ request: [UInt8], port: Int) async throws -> [UInt8] {
        let connection = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        return try await connection.executeThenClose { inbound, outbound in
            var received: [UInt8] = []
            do {
                try await outbound.write(ByteBuffer(bytes: request))
                for try await buffer in inbound { received += buffer.readableBytesView }
            } catch is IOError {
                // Reset by the other side, which is one way of dropping.
            } catch is ChannelError {
                // Closed before everything was written.
            }
            return received
        }
    }
}
