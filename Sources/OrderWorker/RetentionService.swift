import Foundation
import Logging
import OrderFulfilment
import ServiceLifecycle

/// Forgets commands that ended long ago, a few at a time.
struct RetentionService: Service {
    let ledger: any Ledger
    let seconds: Double
    let logger: Logger
    /// Commands forgotten in one transaction.
    let batch = 500

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await prune()
                try? await Task.sleep(for: .seconds(600))
            }
        }
    }

    private func prune() async {
        do {
            while try await ledger.prune(endedBefore: Date().addingTimeInterval(-seconds), limit: batch) == batch {
                try Task.checkCancellation()
            }
        } catch is CancellationError {
            return
        } catch {
            logger.warning("ended commands could not be forgotten", metadata: ["reason": "\(error)"])
        }
    }
}
