extension SchemaStep1 {
    /// What operators have said, which messages have killed workers, and who brings something into being.
    static let operatorTables = """
        -- Operations whose commands are not begun; an ended pause stays, to know who has ended it.
        CREATE TABLE ledger_pause (
            operation text PRIMARY KEY,
            paused_by text NOT NULL,
            since double precision NOT NULL,
            reason text,
            ended_by bigint   -- the call that has ended it
        );

        -- What became of dead letters by an operator's hand.
        CREATE TABLE ledger_letter (
            key text PRIMARY KEY,
            command_id text,
            fate text NOT NULL,
            replacement text,
            noted_by text NOT NULL,
            noted_at double precision NOT NULL,
            reason text
        );

        -- How often in a row a message has killed a worker that handled it alone.
        CREATE TABLE ledger_strike (
            digest text PRIMARY KEY,
            strikes bigint NOT NULL,
            struck_at double precision NOT NULL,
            token bigint NOT NULL   -- the last call that counted
        );

        -- Who brings something into being that other commands may want too, and until when it may come about.
        CREATE TABLE ledger_key (
            key text PRIMARY KEY,
            token bigint NOT NULL,
            held_until timestamptz NOT NULL
        );
        """
}
