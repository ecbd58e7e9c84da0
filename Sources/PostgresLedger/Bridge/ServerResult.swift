import CPostgres

/// One result of the server, freed with this.
struct ServerResult: ~Copyable {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }

    deinit { PQclear(result) }

    /// What the server answered, as far as a statement of ours can be answered.
    enum Kind: Equatable {
        case rows
        case failed(ServerFailure)
        /// A statement before it has failed, in the same pipeline.
        case aborted
        /// The end of a pipeline.
        case end
    }

    var kind: Kind {
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: .rows
        case PGRES_PIPELINE_SYNC: .end
        case PGRES_PIPELINE_ABORTED: .aborted
        case _: .failed(failure)
        }
    }

    private var failure: ServerFailure {
        let code = PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) } ?? ""
        let primary = PQresultErrorField(result, Int32(UInt8(ascii: "M")))
        return ServerFailure(code: code, message: ServerConnection.sentence(primary ?? PQresultErrorMessage(result)))
    }

    /// The rows, copied.
    var rows: [AnswerRow] {
        let columns = PQnfields(result)
        return (0..<PQntuples(result)).map { row in
            AnswerRow(
                fields: (0..<columns).map { column in
                    guard PQgetisnull(result, row, column) == 0, let value = PQgetvalue(result, row, column) else {
                        return nil
                    }
                    let length = Int(PQgetlength(result, row, column))
                    return Array(UnsafeRawBufferPointer(start: value, count: length))
                }
            )
        }
    }
}
