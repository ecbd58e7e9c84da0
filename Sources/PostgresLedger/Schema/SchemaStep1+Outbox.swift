extension SchemaStep1 {
    /// Outcomes that wait to be published, and commands that may be forgotten.
    static let outbox = """
        CREATE FUNCTION ledger_outcome_of(p_number bigint) RETURNS ledger_stored_outcome LANGUAGE sql AS $$
            SELECT c.source, c.id, c.round, c.outcome, c.is_announced, o.letters, o.event
            FROM ledger_command c JOIN ledger_outcome o ON o.number = c.number WHERE c.number = p_number
        $$;

        -- Keeps the outcome event alone.
        CREATE FUNCTION ledger_announced(p_source text, p_id text, p_round bigint) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint;
        BEGIN
            UPDATE ledger_command SET is_announced = true
            WHERE id = p_id AND source = p_source AND round = p_round AND state = 'ended' AND NOT is_announced
            RETURNING number INTO v_number;
            IF NOT FOUND THEN RETURN; END IF;
            DELETE FROM ledger_message WHERE number = v_number;
            UPDATE ledger_outcome SET letters = NULL WHERE number = v_number AND letters IS NOT NULL;
        END
        $$;

        -- The oldest outcomes that wait to be published: this worker's own, those of workers that are gone, and those
        -- that another one has not got rid of for a minute.
        CREATE FUNCTION ledger_unannounced(p_worker bigint, p_before double precision, p_limit bigint)
        RETURNS SETOF ledger_stored_outcome LANGUAGE plpgsql AS $$
        DECLARE
            v_command record;
        BEGIN
            FOR v_command IN
                SELECT number, owner FROM ledger_command
                WHERE state = 'ended' AND NOT is_announced AND ended_at < p_before AND (
                    owner = p_worker OR ended_at < p_before - 60 OR NOT ledger_lives(owner)
                )
                ORDER BY ended_at, number LIMIT greatest(p_limit, 0) FOR NO KEY UPDATE SKIP LOCKED
            LOOP
                IF v_command.owner <> p_worker THEN
                    UPDATE ledger_command SET owner = p_worker WHERE number = v_command.number;
                END IF;
                RETURN NEXT ledger_outcome_of(v_command.number);
            END LOOP;
        END
        $$;

        -- Deletes the longest ended of those that were announced; never a subscription.
        CREATE FUNCTION ledger_prune(p_before double precision, p_limit bigint) RETURNS bigint
        LANGUAGE plpgsql AS $$
        DECLARE
            v_numbers bigint[];
        BEGIN
            WITH gone AS (
                DELETE FROM ledger_command WHERE number IN (
                    SELECT number FROM ledger_command WHERE is_announced AND ended_at < p_before
                    ORDER BY ended_at, number LIMIT greatest(p_limit, 0) FOR UPDATE SKIP LOCKED
                ) RETURNING number
            ) SELECT array_agg(number) INTO v_numbers FROM gone;
            DELETE FROM ledger_outcome WHERE number = ANY (v_numbers);
            DELETE FROM ledger_decision WHERE number = ANY (v_numbers);
            DELETE FROM ledger_key WHERE held_until < clock_timestamp() - interval '1 day';
            RETURN coalesce(cardinality(v_numbers), 0);
        END
        $$;
        """
}
