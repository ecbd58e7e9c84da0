extension SchemaStep2 {
    /// A worker is counted once, and as long as it may begin something.
    static let workers = """
        -- The call by which the worker came: the same call brings it once.
        ALTER TABLE ledger_worker ADD COLUMN join_token bigint;

        -- Whether somebody other than this worker may begin something: not one that is gone, in order or not, whose
        -- lease goes on only for what it has begun.
        CREATE FUNCTION ledger_has_others(p_worker bigint) RETURNS boolean LANGUAGE sql AS $$
            SELECT EXISTS (
                SELECT FROM ledger_worker
                WHERE id IS DISTINCT FROM p_worker AND NOT has_left AND begins_until > clock_timestamp()
            )
        $$;

        CREATE OR REPLACE FUNCTION ledger_join(
            p_name text, p_begins double precision, p_lease double precision, p_now double precision,
            p_patience double precision, p_before bigint, OUT o_worker bigint, OUT o_follows_crash boolean
        ) LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE ledger_worker SET has_left = true WHERE id = p_before;
            PERFORM ledger_acquit(p_before);
            o_follows_crash := EXISTS (
                SELECT FROM ledger_worker WHERE begins_until <= clock_timestamp() AND NOT has_left
            );
            PERFORM ledger_sweep(p_now);
            IF NOT ledger_has_others(NULL) THEN
                UPDATE ledger_command SET due = greatest(due, p_now + p_patience)
                WHERE number IN (
                    SELECT number FROM ledger_command WHERE due IS NOT NULL AND state = 'premature'
                    FOR NO KEY UPDATE SKIP LOCKED
                );
            END IF;
            INSERT INTO ledger_worker (name, begins_until, lease_until)
            VALUES (
                p_name, clock_timestamp() + make_interval(secs => p_begins),
                clock_timestamp() + make_interval(secs => p_lease)
            ) RETURNING id INTO o_worker;
        END
        $$;

        CREATE FUNCTION ledger_join(
            p_name text, p_begins double precision, p_lease double precision, p_now double precision,
            p_patience double precision, p_before bigint, p_token bigint,
            OUT o_worker bigint, OUT o_follows_crash boolean
        ) LANGUAGE plpgsql AS $$
        BEGIN
            SELECT id INTO o_worker FROM ledger_worker WHERE join_token = p_token;
            IF FOUND THEN
                o_follows_crash := false;
                RETURN;
            END IF;
            SELECT j.o_worker, j.o_follows_crash INTO o_worker, o_follows_crash
            FROM ledger_join(p_name, p_begins, p_lease, p_now, p_patience, p_before) j;
            UPDATE ledger_worker SET join_token = p_token WHERE id = o_worker;
        END
        $$;

        CREATE OR REPLACE FUNCTION ledger_extend(p_worker bigint, p_token bigint, p_seconds double precision)
        RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE ledger_worker SET
                stalled_until = clock_timestamp() + make_interval(secs => p_seconds + 3), extension = p_token
            WHERE id = p_worker AND extension IS DISTINCT FROM p_token;
            IF NOT FOUND THEN RETURN ledger_lives(p_worker); END IF;
            IF EXISTS (
                SELECT FROM ledger_worker WHERE id <> p_worker AND NOT has_left AND begins_until > clock_timestamp()
                    AND (stalled_until <= clock_timestamp() OR id < p_worker)
            ) THEN
                RETURN true;
            END IF;
            UPDATE ledger_command SET due = due + p_seconds WHERE number IN (
                SELECT number FROM ledger_command WHERE due IS NOT NULL AND state = 'premature'
                FOR NO KEY UPDATE SKIP LOCKED
            );
            RETURN true;
        END
        $$;
        """
}
