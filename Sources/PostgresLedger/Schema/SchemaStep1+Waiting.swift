extension SchemaStep1 {
    /// Commands whose time comes.
    ///
    /// Nothing here waits for another transaction: what is busy is skipped.
    static let waiting = """
        CREATE FUNCTION ledger_wake(
            p_worker bigint, p_token bigint, p_limit bigint, p_now double precision, p_is_repeated boolean
        ) RETURNS SETOF ledger_grant LANGUAGE plpgsql AS $$
        DECLARE
            v_command record;
            v_woken bigint := 0;
            v_paused text[] := ARRAY(SELECT operation FROM ledger_pause WHERE ended_by IS NULL);
            v_lapsed ledger_grant;
        BEGIN
            IF NOT ledger_may_begin(p_worker) THEN
                v_lapsed.answer := 'lapsed';
                RETURN NEXT v_lapsed;
                RETURN;
            END IF;
            IF p_is_repeated THEN
                -- The answer to this very call was lost: whom it has put in hand is there.
                FOR v_command IN
                    SELECT number FROM ledger_command
                    WHERE owner = p_worker AND state = 'in-hand' AND token = p_token ORDER BY fence
                LOOP
                    RETURN NEXT ledger_grant_of(v_command.number, 'granted');
                    v_woken := v_woken + 1;
                END LOOP;
                IF v_woken > 0 THEN RETURN; END IF;
            END IF;
            PERFORM ledger_sweep(p_now);
            IF p_limit <= 0 THEN RETURN; END IF;
            FOR v_command IN
                SELECT number, subscription, lane, state FROM ledger_command
                WHERE due <= p_now AND NOT is_suspect AND NOT (operation = ANY (v_paused))
                ORDER BY due, number FOR NO KEY UPDATE SKIP LOCKED
            LOOP
                IF v_command.state = 'premature' THEN
                    -- A premature one takes a place, or a free lane: others may be about to do the same.
                    IF NOT pg_try_advisory_xact_lock(v_command.lane) THEN CONTINUE; END IF;
                    IF NOT ledger_is_free(v_command.subscription) THEN
                        UPDATE ledger_command SET
                            state = 'behind', place = ledger_next_place(v_command.subscription),
                            is_exhausted = true, awaits = NULL, due = NULL
                        WHERE number = v_command.number;
                        CONTINUE;
                    END IF;
                    PERFORM ledger_take(v_command.number, p_worker, p_token, true);
                ELSE
                    PERFORM ledger_take(v_command.number, p_worker, p_token, NULL);
                END IF;
                RETURN NEXT ledger_grant_of(v_command.number, 'granted');
                v_woken := v_woken + 1;
                EXIT WHEN v_woken >= p_limit;
            END LOOP;
        END
        $$;

        -- Gives every premature command more time. While any worker is well, the time of the others doesn't count, and
        -- when none is, it counts once: the first of them gives it back.
        CREATE FUNCTION ledger_extend(p_worker bigint, p_token bigint, p_seconds double precision) RETURNS boolean
        LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE ledger_worker SET
                stalled_until = clock_timestamp() + make_interval(secs => p_seconds + 3), extension = p_token
            WHERE id = p_worker AND extension IS DISTINCT FROM p_token;
            IF NOT FOUND THEN RETURN ledger_lives(p_worker); END IF;
            IF EXISTS (
                SELECT FROM ledger_worker WHERE lease_until > clock_timestamp() AND id <> p_worker
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
