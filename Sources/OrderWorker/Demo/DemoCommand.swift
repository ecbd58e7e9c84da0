import ArgumentParser
import Dispatch
import Foundation

/// The subcommand `order-worker demo`.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Start a private RabbitMQ, the EMS sandbox and a worker, and watch a story of orders go through.",
        discussion: """
            Everything listens on loopback, on free ports, with its data in a temporary folder, and is gone afterwards.
            With --keep the servers stay, for orders of your own, until Ctrl-C.
            """
    )

    @Flag(help: "Leave everything running to play with, instead of telling the story.") var keep = false

    func run() async throws {
        try await withExitCodes {
            let stage = try await DemoStage.set(Output.line)
            do {
                if keep {
                    Output.line(stage.invitation)
                    await Interruption.wait()
                    Output.line("\nclearing up …")
                } else {
                    try await DemoStory.perform(on: stage)
                }
            } catch {
                await stage.clear()
                throw error
            }
            await stage.clear()
        }
    }
}

/// SIGINT or SIGTERM, waited for.
private enum Interruption {
    static func wait() async {
        let sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: .global())
        }
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
        for source in sources {
            source.setEventHandler { continuation.finish() }
            source.resume()
        }
        for await _ in stream {}
        for source in sources { source.cancel() }
    }
}
