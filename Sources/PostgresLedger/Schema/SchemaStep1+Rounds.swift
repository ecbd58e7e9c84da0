extension SchemaStep1 {
    /// Rounds of commands that ended in a dead letter, and what became of the letters.
    ///
    /// Whether a letter may run again is judged outside, on what `ledger_standing` says; the change is made only while
    /// that is still so.
    static let rounds = """
        CREATE TYPE ledger_letter_standing AS (
            number bigint, fingerprint text, state text, outcome text, round bigint, is_announced boolean, later text,
            expected_version bigint, version bigint
        );

        -- How the ledger has a letter's command, and a later one that has changed the subscription since its end (or
        -- since the letter's time, where it hasn't ended).
        CREATE FUNCTION ledger_standing(
            p_source text, p_id text, p_subscription text, p_letter_time double precision
        ) RETURNS ledger_letter_standing LANGUAGE sql AS $$
            SELECT c.number, c.fingerprint, c.state, c.outcome, c.round, c.is_announced, (
                SELECT l.id FROM ledger_command l
                WHERE l.subscription = p_subscription AND l.number > coalesce(c.number, 0)
                    AND l.ended_at >= coalesce(c.ended_at, p_letter_time)
                    AND (l.outcome = 'succeeded' OR l.code = 'partially-applied')
                LIMIT 1
            ), c.expected_version, coalesce((SELECT s.version FROM ledger_subscription s WHERE s.id = p_subscription), 0)
            FROM (SELECT) AS one LEFT JOIN ledger_command c ON c.id = p_id AND c.source = p_source
        $$;

        -- Opens a round, when the command still stands as it was judged. What had no answer may still land, whichever
        -- round it was called in; everything else of the round before is forgotten.
        CREATE FUNCTION ledger_open_round(
            p_lane bigint, p_source text, p_id text, p_subscription text, p_number bigint, p_round bigint, p_detail text
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_standing ledger_letter_standing;
        BEGIN
            PERFORM pg_advisory_xact_lock(p_lane);
            v_standing := ledger_standing(p_source, p_id, p_subscription, NULL);
            -- The same call again, its answer having been lost.
            IF v_standing.number = p_number AND v_standing.state = 'reopened' AND v_standing.round = p_round THEN
                RETURN true;
            END IF;
            UPDATE ledger_command SET
                state = 'reopened', round = p_round, detail = p_detail, outcome = NULL, code = NULL, ended_at = NULL,
                is_announced = false, attempts = 0, is_exhausted = false, is_declared_applied = false, fence = 0,
                owner = NULL, token = NULL
            WHERE number = p_number AND state = 'ended' AND outcome = 'dead-lettered' AND is_announced
                AND round = p_round - 1 AND lane = p_lane
                AND (v_standing.later IS NULL OR v_standing.expected_version >= v_standing.version);
            IF NOT FOUND THEN RETURN false; END IF;
            DELETE FROM ledger_outcome WHERE number = p_number;
            UPDATE ledger_decision SET decision = NULL, intents = (
                SELECT convert_to(json_agg(value ORDER BY ordinality)::text, 'UTF8')
                FROM json_array_elements(convert_from(intents, 'UTF8')::json) WITH ORDINALITY
                WHERE value->>'fate' = 'open'
            ) WHERE number = p_number;
            DELETE FROM ledger_decision WHERE number = p_number AND intents IS NULL;
            RETURN true;
        END
        $$;

        -- Keeps what became of a letter, unless the note that stands doesn't give way: two replacements of one letter
        -- would be two orders. Answers with the one that stands.
        CREATE FUNCTION ledger_note(
            p_key text, p_command_id text, p_fate text, p_replacement text, p_by text, p_at double precision,
            p_reason text
        ) RETURNS ledger_letter LANGUAGE plpgsql AS $$
        DECLARE
            v_note ledger_letter;
        BEGIN
            INSERT INTO ledger_letter AS l (key, command_id, fate, replacement, noted_by, noted_at, reason)
            VALUES (p_key, p_command_id, p_fate, p_replacement, p_by, p_at, p_reason)
            ON CONFLICT (key) DO UPDATE SET
                command_id = excluded.command_id, fate = excluded.fate, replacement = excluded.replacement,
                noted_by = excluded.noted_by, noted_at = excluded.noted_at, reason = excluded.reason
            WHERE l.fate <> 'replaced'
                OR (excluded.fate = 'replaced' AND l.replacement IS NOT DISTINCT FROM excluded.replacement);
            SELECT * INTO v_note FROM ledger_letter WHERE key = p_key;
            RETURN v_note;
        END
        $$;
        """
}
