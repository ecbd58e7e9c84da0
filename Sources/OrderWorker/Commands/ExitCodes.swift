import ArgumentParser
import Foundation
import OrderFulfilment
import RabbitMQ
import RabbitMQManagement
import SentinelEMS

extension ExitCode {
    /// EX_CONFIG of sysexits: the configuration is wrong, trying again won't help.
    static let wrongConfiguration = ExitCode(78)
}

/// Something went wrong and was told; the process ends with status 1.
struct CommandFailure: Error, CustomStringConvertible {
    var description: String
}

/// Runs a command's body; what it throws is told on standard error in one sentence, and becomes the exit status.
///
/// A command whose output was lost has failed, whatever else it did.
func withExitCodes(_ body: () async throws -> Void) async throws {
    do {
        try await tellingErrors(of: body)
    } catch {
        Output.tellLoss()
        throw error
    }
    guard !Output.tellLoss() else { throw ExitCode.failure }
}

private func tellingErrors(of body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as SettingError {
        try fail(error.description, .wrongConfiguration)
    } catch let error as UnreadableConfiguration {
        try fail(error.description, .wrongConfiguration)
    } catch let error as EMSConfigurationProblem {
        try fail(error.description, .wrongConfiguration)
    } catch let error as TopologyNotAsRequired {
        try fail(error.description, .wrongConfiguration)
    } catch BrokerFailure.topology(let differences) {
        try fail(BrokerFailure.topology(differences).description, .wrongConfiguration)
    } catch let error as ManagementFailure {
        try fail(error.description, .failure)
    } catch let error as LedgerFailure {
        switch error {
        case .unavailable(let reason), .incompatible(let reason): try fail("The ledger: \(reason)", .wrongConfiguration)
        case .staleClaim: try fail("The ledger: another process has taken this command over", .failure)
        }
    } catch let error as CommandFailure {
        try fail(error.description, .failure)
    } catch let error as BrokerFailure {
        try fail(error.description, .failure)
    } catch let error as ExitCode {
        throw error
    } catch let error as ValidationError {
        // What only running shows to be wrong usage; thrown on, it would be told with the usage of another command.
        try fail(error.message, .validationFailure)
    } catch {
        try fail("\(error)", .failure)
    }
}

private func fail(_ message: String, _ code: ExitCode) throws -> Never {
    Output.note("order-worker: \(message)")
    throw code
}
