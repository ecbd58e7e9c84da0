extension SchemaStep1 {
    /// What is kept.
    ///
    /// Dates are `double precision`, seconds since 2001-01-01 UTC, so that a date comes back as it was: in SQL
    /// `to_timestamp(due + 978307200)`. Leases alone are the server's own time, and only the server compares them.
    static let tables = """
        -- Says that these tables are a ledger, and of which version.
        CREATE TABLE ledger (
            application text NOT NULL,
            version integer NOT NULL,
            -- Goes into the number of every lane's lock, so that two ledgers of one database don't share them.
            seed bigint NOT NULL DEFAULT (random() * 9007199254740991)::bigint,
            is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only)
        );

        -- Grows with each grant, over all workers.
        CREATE SEQUENCE ledger_fence;

        -- The workers, each until its lease is over and nothing of it is in hand.
        CREATE TABLE ledger_worker (
            id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            name text NOT NULL,
            begins_until timestamptz NOT NULL,   -- until then it may begin a write to EMS
            lease_until timestamptz NOT NULL,    -- until then what it has begun may land
            has_left boolean NOT NULL DEFAULT false,   -- it lives, or has ended in order: what it had killed nobody
            stalled_until timestamptz NOT NULL DEFAULT '-infinity',
            extension bigint                     -- the last call that gave patience back
        ) WITH (fillfactor = 50);

        -- What is known of each subscription; never pruned.
        CREATE TABLE ledger_subscription (
            id text PRIMARY KEY,
            version bigint NOT NULL,
            kind text NOT NULL,
            ends_with_term boolean NOT NULL
        );

        -- One row per command; what is large, or needed at one moment only, has tables of its own.
        CREATE TABLE ledger_command (
            number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,   -- the order of first receipt
            source text NOT NULL,
            id text NOT NULL,
            fingerprint text NOT NULL,
            operation text NOT NULL,
            subscription text NOT NULL,
            lane bigint NOT NULL,                          -- the lock that whoever changes the lane holds
            expected_version bigint,
            state text NOT NULL,
            place bigint,                                  -- behind: smaller ones go first
            awaits bigint,                                 -- premature: the version that makes it ripe
            due double precision,                          -- retrying and premature
            is_released boolean NOT NULL DEFAULT false,    -- retrying, but a delivery of it may have it at once
            is_exhausted boolean NOT NULL DEFAULT false,   -- its patience is over
            is_suspect boolean NOT NULL DEFAULT false,     -- in hand without a decision when its owner died
            is_declared_applied boolean NOT NULL DEFAULT false,   -- an operator says that EMS has it
            owner bigint,                                  -- who has it in hand; once ended, who announces it
            fence bigint NOT NULL DEFAULT 0,               -- in hand: the claim that counts
            token bigint,                                  -- the call that brought it where it is
            release_token bigint,                          -- the operator's call that ended its wait last
            attempts bigint NOT NULL DEFAULT 0,
            round bigint NOT NULL DEFAULT 1,
            bytes bigint NOT NULL,                         -- of the message's body
            received_at double precision NOT NULL,
            ended_at double precision,
            outcome text,
            code text,
            detail text,
            is_announced boolean NOT NULL DEFAULT false
        );
        CREATE UNIQUE INDEX ledger_command_identity ON ledger_command (id, source);
        CREATE INDEX ledger_command_subscription ON ledger_command (subscription);
        -- At most one head per lane: the table itself refuses a second one.
        CREATE UNIQUE INDEX ledger_command_head ON ledger_command (subscription)
            WHERE state IN ('in-hand', 'retrying');
        CREATE INDEX ledger_command_behind ON ledger_command (subscription, place) WHERE state = 'behind';
        CREATE INDEX ledger_command_premature ON ledger_command (subscription, awaits) WHERE state = 'premature';
        CREATE INDEX ledger_command_due ON ledger_command (due, number) WHERE due IS NOT NULL;
        CREATE INDEX ledger_command_suspect ON ledger_command (due, number) WHERE is_suspect;
        CREATE INDEX ledger_command_in_hand ON ledger_command (owner) WHERE state = 'in-hand';
        CREATE INDEX ledger_command_open ON ledger_command (state) INCLUDE (bytes) WHERE state <> 'ended';
        CREATE INDEX ledger_command_unannounced ON ledger_command (ended_at, number)
            WHERE state = 'ended' AND NOT is_announced;
        CREATE INDEX ledger_command_announced ON ledger_command (ended_at, number) WHERE is_announced;

        -- The message as it was delivered, until the command has ended and that was announced.
        CREATE TABLE ledger_message (number bigint PRIMARY KEY, content bytea NOT NULL);

        -- The decision and the intents, as JSON.
        CREATE TABLE ledger_decision (number bigint PRIMARY KEY, decision bytea, intents bytea);

        -- What must be published: the outcome event, and what goes before it until all was announced.
        CREATE TABLE ledger_outcome (number bigint PRIMARY KEY, event bytea, letters bytea);

        -- What a claim is answered with.
        CREATE TYPE ledger_grant AS (
            answer text, number bigint, source text, id text, subscription text, operation text, round bigint,
            fence bigint, attempts bigint, is_exhausted boolean, received_at double precision, decision bytea,
            intents bytea, content bytea, version bigint, kind text, ends_with_term boolean, is_declared_applied boolean
        );

        -- What must be published for a command that has ended.
        CREATE TYPE ledger_stored_outcome AS (
            source text, id text, round bigint, outcome text, is_announced boolean, letters bytea, event bytea
        );
        """
}
