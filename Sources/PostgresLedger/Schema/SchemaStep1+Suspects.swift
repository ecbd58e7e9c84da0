extension SchemaStep1 {
    /// What may have killed a worker.
    static let suspects = """
        -- Puts one command in hand that was when a worker died, before it was decided.
        CREATE FUNCTION ledger_wake_suspect(p_worker bigint, p_token bigint, p_is_repeated boolean)
        RETURNS SETOF ledger_grant LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint;
            v_lapsed ledger_grant;
        BEGIN
            IF NOT ledger_may_begin(p_worker) THEN
                v_lapsed.answer := 'lapsed';
                RETURN NEXT v_lapsed;
                RETURN;
            END IF;
            IF p_is_repeated THEN
                -- The answer to this very call was lost.
                SELECT number INTO v_number FROM ledger_command
                WHERE owner = p_worker AND state = 'in-hand' AND token = p_token;
                IF FOUND THEN
                    RETURN NEXT ledger_grant_of(v_number, 'granted');
                    RETURN;
                END IF;
            END IF;
            SELECT number INTO v_number FROM ledger_command
            WHERE is_suspect AND NOT ledger_is_paused(operation)
            ORDER BY due, number LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
            IF FOUND THEN
                PERFORM ledger_take(v_number, p_worker, p_token, NULL);
                RETURN NEXT ledger_grant_of(v_number, 'granted');
            END IF;
        END
        $$;

        -- Adds a strike to a message; answers how many it had. The same call counts once.
        CREATE FUNCTION ledger_strike(p_digest text, p_now double precision, p_token bigint) RETURNS bigint
        LANGUAGE sql AS $$
            INSERT INTO ledger_strike AS s (digest, strikes, struck_at, token) VALUES (p_digest, 1, p_now, p_token)
            ON CONFLICT (digest) DO UPDATE SET
                strikes = s.strikes + CASE WHEN s.token = excluded.token THEN 0 ELSE 1 END,
                struck_at = excluded.struck_at, token = excluded.token
            RETURNING strikes - 1
        $$;

        CREATE FUNCTION ledger_clear_strikes(p_digest text) RETURNS void LANGUAGE sql AS $$
            DELETE FROM ledger_strike WHERE digest = p_digest
        $$;
        """
}
