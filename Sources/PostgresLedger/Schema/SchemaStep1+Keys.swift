extension SchemaStep1 {
    /// What several commands may want to bring into being, and writes that leave no intent.
    ///
    /// Nothing here takes a lane's lock: what is asked is only whether the claim counts at this moment.
    static let keys = """
        -- Whether a write to EMS may begin under the claim now.
        CREATE FUNCTION ledger_confirm(p_source text, p_id text, p_round bigint, p_fence bigint) RETURNS boolean
        LANGUAGE sql AS $$
            SELECT EXISTS (
                SELECT FROM ledger_command
                WHERE id = p_id AND source = p_source AND state = 'in-hand' AND fence = p_fence AND round = p_round
                    AND ledger_may_begin(owner)
            )
        $$;

        -- Takes a key; answers with the seconds for which somebody else has it, 0 when it is taken, and null when the
        -- claim is void. The same call again takes it again.
        CREATE FUNCTION ledger_hold(
            p_source text, p_id text, p_round bigint, p_fence bigint, p_key text, p_token bigint,
            p_seconds double precision
        ) RETURNS double precision LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT ledger_confirm(p_source, p_id, p_round, p_fence) THEN RETURN NULL; END IF;
            INSERT INTO ledger_key AS k (key, token, held_until)
            VALUES (p_key, p_token, clock_timestamp() + make_interval(secs => p_seconds))
            ON CONFLICT (key) DO UPDATE SET token = excluded.token, held_until = excluded.held_until
            WHERE k.held_until <= clock_timestamp() OR k.token = excluded.token;
            IF FOUND THEN RETURN 0; END IF;
            RETURN greatest(
                (
                    SELECT extract(epoch FROM held_until - clock_timestamp())::double precision
                    FROM ledger_key WHERE key = p_key
                ), 0.01
            );
        END
        $$;

        CREATE FUNCTION ledger_let_go(p_key text, p_token bigint) RETURNS void LANGUAGE sql AS $$
            DELETE FROM ledger_key WHERE key = p_key AND token = p_token
        $$;
        """
}
