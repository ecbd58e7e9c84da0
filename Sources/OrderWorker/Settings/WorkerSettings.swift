import Foundation
import Logging
import RabbitMQ
import RabbitMQManagement
import SentinelEMS
import SubscriptionLifecycle

/// The settings of the worker, checked.
struct WorkerSettings {
    var amqp: AMQPAddress
    var tls: TLSConfiguration
    var authentication: Authentication
    var management: ManagementAddress?
    var ems: EMSSettings?
    var ledger: LedgerAddress
    var ledgerRetention: Double
    var httpHost: String
    var httpPort: Int
    var topologyPrefix: String
    var prefetch: Int
    var concurrency: Int
    var predecessorWait: Double
    var shutdownGrace: Double
    var confirmTimeout: Double
    var consumerTimeout: Double
    var parkedLimit: Int
    var parkedBytes: Int
    var policies: LifecyclePolicies
    var businessTimeZone: TimeZone
    var maxMessageSize: Int
    var logLevel: Logger.Level

    /// How EMS is reached.
    struct EMSSettings {
        var url: String
        var credentials: EMSCredentials
        var timeout: Double
        var settle: Double
        var createsCustomers: Bool
    }

    /// Checks every setting; the first wrong one is thrown.
    ///
    /// `needsEMS` is false for commands that only look at queues.
    init(_ values: SettingValues, needsEMS: Bool = true) throws(SettingError) {
        let address = try values.required(.amqpURL)
        do {
            amqp = try AMQPAddress(address)
        } catch {
            throw SettingError(key: .amqpURL, value: address, allowed: error.reason)
        }
        (tls, authentication) = try Self.security(values, of: amqp)
        if let url = values.text(.managementURL) {
            do throws(ManagementAddress.Invalid) {
                management = try ManagementAddress(url)
            } catch {
                throw SettingError(key: .managementURL, value: url, allowed: error.reason)
            }
        }
        ems = needsEMS ? try EMSSettings(values) : nil
        ledger = try values.value(.ledgerURL, LedgerAddress.allowed, LedgerAddress.init)
        ledgerRetention = try values.seconds(.ledgerRetention)
        httpHost = try values.required(.httpHost)
        httpPort = try values.number(.httpPort, in: 0...65535)
        topologyPrefix = try values.value(.topologyPrefix, "1 to 100 of A-Z a-z 0-9 . _ -, not amq") { prefix in
            let isLegal = prefix.utf8.allSatisfy { byte in
                byte == 0x2E || byte == 0x5F || byte == 0x2D || (0x30...0x39).contains(byte)
                    || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
            }
            return isLegal && (1...100).contains(prefix.utf8.count) && !prefix.hasPrefix("amq.") ? prefix : nil
        }
        prefetch = try values.number(.prefetch, in: 1...65535)
        concurrency = try values.number(.concurrency, in: 1...10_000)
        predecessorWait = try values.seconds(.predecessorWait)
        shutdownGrace = try values.seconds(.shutdownGrace)
        confirmTimeout = try values.seconds(.confirmTimeout)
        consumerTimeout = try values.seconds(.consumerTimeout)
        parkedLimit = try values.number(.parkedLimit, in: 1...Int(Int32.max))
        parkedBytes = try values.number(.parkedBytes, in: 1...Int.max)
        policies = LifecyclePolicies(
            conversionWindow: Window(days: try values.days(.conversionWindow)),
            renewalGrace: Window(days: try values.days(.renewalGrace)),
            attributeNames: .init(
                orderType: Self.attribute(values, .emsAttributeOrderType),
                endsWithTerm: Self.attribute(values, .emsAttributeEndsWithTerm),
                autoRenew: Self.attribute(values, .emsAttributeAutoRenew)
            )
        )
        businessTimeZone = try values.value(.businessTimeZone, "a time zone of the tz database, such as Europe/Berlin")
        {
            TimeZone(identifier: $0)
        }
        maxMessageSize = try values.number(.maxMessageSize, in: 1024...16 << 20)
        logLevel = try values.value(.logLevel, SettingKey.logLevel.meaning) { Logger.Level(rawValue: $0.lowercased()) }
    }

    /// `none` turns a mark off.
    private static func attribute(_ values: SettingValues, _ key: SettingKey) -> String? {
        values.text(key).flatMap { $0 == "none" ? nil : $0 }
    }
}

extension WorkerSettings.EMSSettings {
    init(_ values: SettingValues) throws(SettingError) {
        url = try values.value(.emsURL, "an http or https address such as https://host/ems", Self.httpURL)
        timeout = try values.seconds(.emsTimeout)
        settle = try values.seconds(.emsSettle)
        createsCustomers = try values.value(.emsCreateCustomers, "true or false") { Bool($0.lowercased()) }
        if values.text(.emsTokenURL) != nil {
            credentials = .clientCredentials(
                tokenURL: try values.value(.emsTokenURL, "an http or https address", Self.httpURL),
                clientID: try values.required(.emsClientID),
                clientSecret: try values.required(.emsClientSecret)
            )
        } else {
            let username = try values.value(.emsUsername, "a user name without a colon") { $0.contains(":") ? nil : $0 }
            credentials = .basic(username: username, password: try values.required(.emsPassword))
        }
    }

    private static func httpURL(_ text: String) -> String? {
        guard let url = URL(string: text), let scheme = url.scheme, ["http", "https"].contains(scheme.lowercased()),
            url.host?.isEmpty == false, url.query == nil
        else { return nil }
        return text
    }
}
