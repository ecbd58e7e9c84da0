import Foundation
import OrderFulfilment
import SubscriptionLifecycle

/// Decisions and intents as stored JSON.
enum StoredJSON {
    static func bytes(of decision: Decision) throws -> Data { try JSONEncoder().encode(decision) }

    static func bytes(of intents: [Intent]) throws -> Data { try JSONEncoder().encode(intents) }

    static func decision(_ bytes: Data?) throws -> Decision? {
        try bytes.map { try JSONDecoder().decode(Decision.self, from: $0) }
    }

    static func intents(_ bytes: Data?) throws -> [Intent] {
        try bytes.map { try JSONDecoder().decode([Intent].self, from: $0) } ?? []
    }
}
