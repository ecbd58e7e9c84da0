import OrderMessages
import SubscriptionLifecycle

/// Lets the worker and the standard validator judge the same messages.
struct Judge: Sendable {
    /// What becomes of a message, as far as both can tell.
    enum Verdict: String, Hashable, Sendable, CaseIterable {
        case understood
        /// Not what its schema (or a limit in bytes) demands.
        case refused
        /// No JSON that the worker reads.
        case malformed
        case tooLarge = "too-large"
    }

    /// Both verdicts on a message, and what they were made from.
    struct Judgement: Sendable {
        let worker: Verdict
        let reason: DeadLetterReason?
        let detail: String
        let standard: PythonValidator.Verdict
        let expected: Verdict
        let isBinary: Bool

        var isDisagreement: Bool { worker != expected }
    }

    typealias Translation = @Sendable (WireMessage, OrderOperation) -> Result<Order, Poison>

    let validator: PythonValidator
    var translation: Translation = { Messages.translate($0, from: $1) }

    /// A standard validator that knows the schemas of all commands, as they are exported.
    static func schemas() throws -> [(name: String, schema: JSON)] {
        try ContractDocuments.all().filter { $0.path.hasPrefix("commands/") }.map {
            (name: $0.path, schema: try JSONReader.read(Array($0.text.utf8)))
        }
    }

    func judge(_ messages: [(operation: OrderOperation, draft: Draft, isBinary: Bool)]) async throws -> [Judgement] {
        let forms = messages.map { $0.isBinary ? BinaryForm($0.draft) : nil }
        let bytes = zip(messages, forms).map { message, form in (form?.event ?? message.draft).bytes }
        let cases = zip(zip(messages, forms), bytes).map { pair, bytes in
            let path = ContractDocuments.commandSchemaPath(pair.0.operation.rawValue)
            // In binary mode the body begins one level further in.
            let depth = 32 + (pair.1 == nil ? 0 : 1)
            return PythonValidator.Case(schema: path, bytes: bytes, depth: depth)
        }
        async let standard = validator.verdicts(on: cases)
        let worker = zip(zip(messages, forms), bytes).map { pair, bytes in
            let structured = WireMessage(contentType: "application/cloudevents+json", body: bytes)
            return translation(pair.1?.message ?? structured, pair.0.operation)
        }
        return zip(zip(worker, try await standard), forms).map { pair, form in
            Judgement(pair.0, pair.1, isBinary: form != nil)
        }
    }
}

extension Judge.Judgement {
    init(_ result: Result<Order, Poison>, _ standard: PythonValidator.Verdict, isBinary: Bool) {
        reason = result.failure?.reason
        detail = result.failure?.detail ?? "understood"
        worker =
            switch result.failure?.reason {
            case nil: .understood
            case .tooLarge?: .tooLarge
            case .malformedMessage?: .malformed
            default: .refused
            }
        self.standard = standard
        expected = standard.expected(isBinary: isBinary)
        self.isBinary = isBinary
    }
}

extension PythonValidator.Verdict {
    /// What the worker must make of it.
    func expected(isBinary: Bool) -> Judge.Verdict {
        // In binary mode the limit is the body's; no message of a run comes near it.
        if beyond.contains(.size), !isBinary { return .tooLarge }
        let unreadable: Set<PythonValidator.Beyond> = [.duplicateName, .nesting, .surrogate, .number]
        if !isObject || !beyond.isDisjoint(with: unreadable) { return .malformed }
        return isValid && beyond.isEmpty ? .understood : .refused
    }
}
