import ArgumentParser

/// `order-worker demo`
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "demo", abstract: "Placeholder.")
    func run() async throws {}
}
