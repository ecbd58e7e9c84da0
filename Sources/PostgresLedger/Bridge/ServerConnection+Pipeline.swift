import CPostgres

extension ServerConnection {
    /// One statement and its values.
    struct Call: Sendable {
        var statement: Statement
        var parameters: [Parameter]

        init(_ statement: Statement, _ parameters: [Parameter] = []) {
            self.statement = statement
            self.parameters = parameters
        }
    }

    /// How a transaction of several calls ended.
    enum Ending {
        /// Each has its rows, and they are durable.
        case committed([[AnswerRow]])
        /// Nothing of it is there: the call of that number failed.
        case undone(at: Int?, ServerFailure)
    }

    /// Runs the calls in one transaction and one exchange with the server.
    ///
    /// Throws when the connection is lost: then nobody knows whether it was committed.
    func transaction(_ calls: [Call], _ deadline: Deadline) throws(ServerFailure) -> Ending {
        let all = [Call(Session.begin)] + calls + [Call(Session.commit)]
        let answers = try exchange(all, deadline)
        for (index, answer) in answers.enumerated() {
            guard case .failed(let failure) = answer.kind else { continue }
            guard !failure.isLoss else { throw failure }
            // After a failed COMMIT there is nothing to go back from; the server only warns.
            _ = try exchange([Call(Session.rollback)], deadline)
            let isCall = (1...calls.count).contains(index)
            return .undone(at: isCall ? index - 1 : nil, failure)
        }
        return .committed(answers.dropFirst().dropLast().map(\.rows))
    }

    /// Runs statements that belong to no transaction of several; the first failure is thrown.
    func run(_ calls: [Call], _ deadline: Deadline) throws(ServerFailure) -> [[AnswerRow]] {
        let answers = try exchange(calls, deadline)
        for answer in answers {
            if case .failed(let failure) = answer.kind { throw failure }
        }
        return answers.map(\.rows)
    }

    /// Prepares the statements, in one exchange; from then on they are called by name.
    func prepare(_ statements: [Statement], _ deadline: Deadline) throws(ServerFailure) {
        guard PQenterPipelineMode(handle) == 1 else { throw failure() }
        for statement in statements {
            guard PQsendPrepare(handle, statement.name, statement.sql, 0, nil) == 1 else { throw failure() }
        }
        for answer in try answers(statements.count, deadline) {
            if case .failed(let failure) = answer.kind { throw failure }
        }
    }

    private struct Answer {
        var kind: ServerResult.Kind
        var rows: [AnswerRow]
    }

    private func exchange(_ calls: [Call], _ deadline: Deadline) throws(ServerFailure) -> [Answer] {
        for call in calls { try send(call) }
        return try answers(calls.count, deadline)
    }

    private func send(_ call: Call) throws(ServerFailure) {
        let values = call.parameters.map(\.encoded)
        // One piece of memory for all values: libpq copies it before it returns.
        let bytes = values.reduce(into: [UInt8]()) { $0 += $1 ?? [] } + [0]
        let sent = bytes.withUnsafeBytes { memory in
            var offset = 0
            var pointers: [UnsafePointer<CChar>?] = []
            for value in values {
                let start = memory.baseAddress.map { $0 + offset }?.assumingMemoryBound(to: CChar.self)
                pointers.append(value == nil ? nil : start)
                offset += value?.count ?? 0
            }
            return PQsendQueryPrepared(
                handle,
                call.statement.name,
                Int32(values.count),
                pointers,
                values.map { Int32($0?.count ?? 0) },
                values.map { _ in 1 },
                1
            )
        }
        guard sent == 1 else { throw failure() }
    }

    private func answers(_ count: Int, _ deadline: Deadline) throws(ServerFailure) -> [Answer] {
        guard PQpipelineSync(handle) == 1 else { throw failure() }
        try flush(deadline)
        var answers: [Answer] = []
        while true {
            // Between the results of two statements libpq says nil once.
            guard let result = try nextResult(deadline) else {
                guard PQstatus(handle) != CONNECTION_BAD else { throw failure() }
                continue
            }
            switch result.kind {
            case .end:
                guard answers.count == count else { throw .lost("the server left statements unanswered") }
                return answers
            case .rows: answers.append(Answer(kind: .rows, rows: result.rows))
            case .failed(let failure) where failure.code.isEmpty: throw failure
            case .failed(let failure):
                answers.append(Answer(kind: .failed(failure), rows: []))
                // The connection's own end comes as an answer too, and none comes after it.
                if failure.isLoss { throw failure }
            case .aborted: answers.append(Answer(kind: .aborted, rows: []))
            }
        }
    }
}
