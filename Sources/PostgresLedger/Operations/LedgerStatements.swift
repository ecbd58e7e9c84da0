/// Every statement that a writing connection prepares; each calls one function of the schema.
enum LedgerStatements {
    static let claim = Statement(
        function: "ledger_claim",
        "int8",
        "int8",
        "int8",
        "text",
        "text",
        "text",
        "text",
        "text",
        "int8",
        "bytea",
        "int8",
        "float8",
        "float8",
        "bool"
    )
    static let outcomeOf = Statement(function: "ledger_outcome_of", "int8")
    static let record = Statement(
        function: "ledger_record",
        "int8",
        "text",
        "text",
        "int8",
        "int8",
        "bytea",
        "text",
        "text",
        "int8"
    )
    static let intend = Statement(function: "ledger_intend", "int8", "text", "text", "int8", "int8", "bytea")
    static let complete = Statement(
        function: "ledger_complete",
        "int8",
        "int8",
        "int8",
        "text",
        "text",
        "int8",
        "int8",
        "text",
        "text",
        "text",
        "text",
        "float8",
        "bytea",
        "bytea",
        "int8",
        "text",
        "bool",
        "text",
        "text",
        "int8"
    )
    static let announced = Statement(function: "ledger_announced", "text", "text", "int8", "float8")
    static let park = Statement(
        function: "ledger_park",
        "int8",
        "int8",
        "int8",
        "text",
        "text",
        "int8",
        "int8",
        "text",
        "text",
        "int8",
        "int8",
        "float8",
        "text",
        "int8",
        "text",
        "bool",
        "text",
        "text",
        "int8"
    )
    static let release = Statement(
        function: "ledger_release",
        "int8",
        "int8",
        "int8",
        "text",
        "text",
        "int8",
        "int8"
    )
    static let wake = Statement(function: "ledger_wake", "int8", "int8", "int8", "float8", "bool")
    /// This worker's own, those of workers that are gone, and those that another one has not got rid of for a minute;
    /// from now on they are this worker's.
    static let unannounced = Statement(
        "unannounced",
        """
        WITH due AS (
            SELECT number, owner, ended_at FROM ledger_command
            WHERE state = 'ended' AND NOT is_announced AND ended_at < $2::float8 AND (
                owner = $1::int8 OR ended_at < $2::float8 - 60 OR NOT ledger_lives(owner)
            )
            ORDER BY ended_at, number LIMIT greatest($4::int8, 0) OFFSET greatest($3::int8, 0)
            FOR NO KEY UPDATE SKIP LOCKED
        ), taken AS (
            UPDATE ledger_command c SET owner = $1::int8 FROM due WHERE c.number = due.number AND due.owner <> $1::int8
        )
        SELECT o.* FROM due, LATERAL ledger_outcome_of(due.number) o ORDER BY due.ended_at, due.number
        """
    )
    static let parked = Statement(
        "parked",
        """
        SELECT count(*), coalesce(sum(bytes), 0)::int8 FROM ledger_command
        WHERE state <> 'ended' AND state IN ('retrying', 'behind', 'premature')
        """
    )
    static let extend = Statement(function: "ledger_extend", "int8", "int8", "float8")
    static let prune = Statement(function: "ledger_prune", "float8", "int8")
    static let join = Statement(
        function: "ledger_join",
        "text",
        "float8",
        "float8",
        "float8",
        "float8",
        "int8",
        "int8"
    )
    static let stay = Statement(function: "ledger_stay", "int8", "float8", "float8", "float8")
    static let leave = Statement(function: "ledger_leave", "int8", "float8")
    static let disown = Statement(function: "ledger_disown", "int8", "int8", "bool")
    static let nextDue = Statement(
        "next_due",
        """
        SELECT due FROM ledger_command
        WHERE due IS NOT NULL AND NOT is_suspect
            AND NOT (operation = ANY (ARRAY(SELECT operation FROM ledger_pause WHERE ended_by IS NULL)))
        ORDER BY due, number LIMIT 1
        """
    )
    static let wakeSuspect = Statement(function: "ledger_wake_suspect", "int8", "int8", "bool")
    static let hasSuspects = Statement(
        "has_suspects",
        "SELECT EXISTS (SELECT FROM ledger_command WHERE is_suspect AND NOT ledger_is_paused(operation))"
    )
    static let confirm = Statement(function: "ledger_confirm", "text", "text", "int8", "int8")
    static let hold = Statement(
        function: "ledger_hold",
        "text",
        "text",
        "int8",
        "int8",
        "text",
        "int8",
        "float8"
    )
    static let letGo = Statement(function: "ledger_let_go", "text", "int8")
    static let strike = Statement(function: "ledger_strike", "text", "float8", "int8")
    static let clearStrikes = Statement(function: "ledger_clear_strikes", "text")
    static let subscription = Statement(
        "subscription",
        "SELECT version, kind, ends_with_term FROM ledger_subscription WHERE id = $1"
    )

    static let all =
        [
            claim, outcomeOf, record, intend, complete, announced, park, release, wake, unannounced, extend, prune,
            join, stay, leave, disown, nextDue, wakeSuspect, hasSuspects, strike, clearStrikes, confirm, hold, letGo,
            subscription, parked,
        ] + OperatorCalls.statements
}
