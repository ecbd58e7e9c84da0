extension SchemaStep1 {
    /// Waits that operators end, and pauses.
    static let operators = """
        CREATE TYPE ledger_wait AS (
            number bigint, state text, subscription text, lane bigint, fence bigint, has_decision boolean, intents bytea,
            is_done boolean
        );

        -- How a command waits; `is_done` when the call of that token has ended its wait before.
        CREATE FUNCTION ledger_wait_of(p_source text, p_id text, p_token bigint) RETURNS SETOF ledger_wait
        LANGUAGE sql AS $$
            SELECT c.number, c.state, c.subscription, c.lane, c.fence, d.decision IS NOT NULL, d.intents,
                c.release_token IS NOT DISTINCT FROM p_token
            FROM ledger_command c LEFT JOIN ledger_decision d ON d.number = c.number
            WHERE c.id = p_id AND c.source = p_source
        $$;

        -- Ends a command's wait, when it still waits as it was judged.
        CREATE FUNCTION ledger_end_wait(
            p_lane bigint, p_number bigint, p_state text, p_fence bigint, p_token bigint, p_now double precision,
            p_is_applied boolean, p_detail text, p_intents bytea
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_command record;
        BEGIN
            PERFORM pg_advisory_xact_lock(p_lane);
            -- Whoever wakes takes the row without the lane's lock.
            SELECT state, fence, subscription, release_token INTO v_command FROM ledger_command
            WHERE number = p_number AND lane = p_lane FOR NO KEY UPDATE;
            IF NOT FOUND THEN RETURN false; END IF;
            IF v_command.release_token = p_token THEN RETURN true; END IF;
            IF v_command.state <> p_state OR v_command.fence <> p_fence THEN RETURN false; END IF;
            IF p_state = 'premature' THEN
                UPDATE ledger_command SET
                    state = 'behind', place = ledger_next_place(v_command.subscription), is_exhausted = false,
                    awaits = NULL, due = NULL, release_token = p_token
                WHERE number = p_number;
                IF ledger_is_free(v_command.subscription) THEN
                    PERFORM ledger_promote(v_command.subscription, p_now);
                END IF;
            ELSE
                UPDATE ledger_command SET
                    due = p_now, is_declared_applied = p_is_applied, detail = p_detail, release_token = p_token
                WHERE number = p_number;
                IF p_intents IS NOT NULL THEN
                    UPDATE ledger_decision SET intents = p_intents WHERE number = p_number;
                END IF;
            END IF;
            PERFORM ledger_tell(0);
            RETURN true;
        END
        $$;

        -- Commands of the operation are not begun from now on; a pause that is there already stays as it is.
        CREATE FUNCTION ledger_pause(p_operation text, p_by text, p_since double precision, p_reason text)
        RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO ledger_pause AS p (operation, paused_by, since, reason)
            VALUES (p_operation, p_by, p_since, p_reason)
            ON CONFLICT (operation) DO UPDATE SET
                paused_by = excluded.paused_by, since = excluded.since, reason = excluded.reason, ended_by = NULL
            WHERE p.ended_by IS NOT NULL;
            PERFORM ledger_tell(0);
        END
        $$;

        -- Ends a pause; answers whether there was one.
        CREATE FUNCTION ledger_resume(p_operation text, p_token bigint) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_was_paused boolean;
        BEGIN
            UPDATE ledger_pause SET ended_by = p_token
            WHERE operation = p_operation AND (ended_by IS NULL OR ended_by = p_token);
            v_was_paused := FOUND;
            PERFORM ledger_tell(0);
            RETURN v_was_paused;
        END
        $$;
        """
}
