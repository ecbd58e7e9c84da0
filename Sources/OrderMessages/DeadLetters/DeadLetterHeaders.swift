/// The headers that explain a dead letter, within their budget of 16 KiB together.
public struct DeadLetterHeaders: Hashable, Sendable {
    /// Of all names and values together, in bytes.
    public static let budget = 16 << 10
    /// Of one value besides the detail, in bytes; ten of them leave the detail more than half of the budget.
    static let valueLimit = 600

    private let names: [String]
    private let values: [String]

    /// Names and values, `dead-letter-reason` first, in the order of the contract.
    public var entries: [(name: String, value: String)] { Array(zip(names, values)).map { (name: $0.0, value: $0.1) } }

    /// Cuts what is too long, the detail first.
    public init(
        reason: DeadLetterReason,
        detail: String,
        stage: String,
        operation: String,
        queue: String,
        attempts: Int,
        time: String,
        worker: String,
        round: Int? = nil,
        omittedHeaders: String? = nil,
        omittedBody: String? = nil
    ) {
        let others: [(DeadLetterHeader, String?)] = [
            (.stage, stage), (.operation, operation), (.queue, queue), (.attempts, String(attempts)), (.time, time),
            (.worker, worker), (.round, round.map { String($0) }), (.headersOmitted, omittedHeaders),
            (.bodyOmitted, omittedBody),
        ]
        let tail = others.compactMap { header, value in
            value.map { (header.rawValue, TamedText.text($0, maximumBytes: Self.valueLimit)) }
        }
        let head = (DeadLetterHeader.reason.rawValue, reason.rawValue)
        let detailName = DeadLetterHeader.detail.rawValue
        let used = ([head] + tail).reduce(detailName.utf8.count) { $0 + $1.0.utf8.count + $1.1.utf8.count }
        let all = [head, (detailName, TamedText.text(detail, maximumBytes: Self.budget - used))] + tail
        names = all.map(\.0)
        values = all.map(\.1)
    }
}
