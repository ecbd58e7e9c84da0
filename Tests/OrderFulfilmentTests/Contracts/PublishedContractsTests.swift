import Foundation
import OrderFulfilment
import Testing

/// `Contracts/` is written by code: with `UPDATE_CONTRACTS=1` this writes it, else it compares.
@Suite("Published contracts")
struct PublishedContractsTests {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Contracts")

    @Test("Contracts/ is what the code publishes, with AsyncAPI and topology")
    func documents() throws {
        let isUpdating = ProcessInfo.processInfo.environment["UPDATE_CONTRACTS"] == "1"
        for document in try PublishedContracts.documents() {
            let url = Self.folder.appending(path: document.path)
            if isUpdating { try Data(document.text.utf8).write(to: url) }
            let text = try? String(contentsOf: url, encoding: .utf8)
            #expect(text == document.text, "Contracts/\(document.path) differs; write it anew with: make contracts")
        }
    }
}
