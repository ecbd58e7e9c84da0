import Foundation
import LedgerStorage
import OrderFulfilment

extension LedgerFailure {
    /// What a failure of the server means to the line.
    init(server failure: ServerFailure, place: String) {
        switch failure.code {
        case "XX001", "XX002":
            self = .incompatible(
                "The ledger in \(place) is damaged (\(failure.message)): stop the workers, and let whoever keeps the "
                    + "database restore it."
            )
        case "25006":
            self = .unavailable("The ledger in \(place) can't be written: the server takes reads only.")
        case "42501":
            self = .unavailable(
                "The ledger in \(place) can't be used: \(failure.message). The user needs CREATE on the schema when "
                    + "the ledger is made or updated, and all rights on its tables."
            )
        case "42P01", "42883", "42703", "26000":
            self = .incompatible("The ledger in \(place) is not as this program has made it: \(failure.message).")
        case "28P01", "28000", "3D000":
            self = .unavailable("The ledger in \(place) can't be opened: \(failure.message).")
        case _:
            self = .unavailable("The ledger in \(place) can't be used now: \(failure.message).")
        }
    }

    /// What any error means to the line: of the server, or of reading back what was stored.
    init(_ error: any Error, place: String) {
        switch error {
        case let failure as LedgerFailure: self = failure
        case let failure as ServerFailure: self = LedgerFailure(server: failure, place: place)
        case let error:
            self = .incompatible(
                "The ledger in \(place) holds a row that can't be read (\(error)): it is damaged, or was written by "
                    + "another release."
            )
        }
    }
}
