package import Foundation
package import OrderFulfilment
package import SubscriptionLifecycle

/// Decisions and intents as stored JSON.
package enum StoredJSON {
    package static func bytes(of decision: Decision) throws -> Data { try JSONEncoder().encode(decision) }

    package static func bytes(of intents: [Intent]) throws -> Data { try JSONEncoder().encode(intents) }

    package static func decision(_ bytes: Data?) throws -> Decision? {
        try bytes.map { try JSONDecoder().decode(Decision.self, from: $0) }
    }

    package static func intents(_ bytes: Data?) throws -> [Intent] {
        try bytes.map { try JSONDecoder().decode([Intent].self, from: $0) } ?? []
    }
}
