/// Case files (what a command was decided on, and what happened to it), and workers that are counted once.
enum SchemaStep2 {
    static let script = [caseFiles, workers].joined(separator: "\n")

    private static let caseFiles = """
        -- When the outcome was confirmed by the broker.
        ALTER TABLE ledger_command ADD COLUMN announced_at double precision;

        -- What a verdict was made of, as JSON, and what happened, one JSON object a line; goes with the command.
        -- The inputs are those of one round: what was decided in another is of no use to it.
        CREATE TABLE ledger_case (number bigint PRIMARY KEY, round bigint NOT NULL, inputs text, entries text);

        -- Adds to a command's case file; of one that is parked again and again no more than so much is kept.
        -- What is there already, to the millisecond, is the same call once more: its answer was lost.
        CREATE FUNCTION ledger_keep_case(
            p_source text, p_id text, p_inputs text, p_entries text, p_largest bigint
        ) RETURNS void LANGUAGE sql AS $$
            INSERT INTO ledger_case (number, round, inputs, entries)
            SELECT number, round, p_inputs, p_entries FROM ledger_command
            WHERE id = p_id AND source = p_source AND p_entries IS NOT NULL
            ON CONFLICT (number) DO UPDATE SET
                round = excluded.round,
                inputs = coalesce(
                    excluded.inputs,
                    CASE WHEN ledger_case.round = excluded.round THEN ledger_case.inputs END
                ),
                entries = CASE
                    WHEN strpos(ledger_case.entries, excluded.entries) > 0 THEN ledger_case.entries
                    WHEN octet_length(ledger_case.entries) >= p_largest THEN ledger_case.entries
                    ELSE concat(ledger_case.entries, excluded.entries) END
        $$;

        CREATE FUNCTION ledger_record(
            p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint, p_decision bytea,
            p_inputs text, p_entries text, p_largest bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT ledger_record(p_lane, p_source, p_id, p_round, p_fence, p_decision) THEN RETURN false; END IF;
            PERFORM ledger_keep_case(p_source, p_id, p_inputs, p_entries, p_largest);
            RETURN true;
        END
        $$;

        CREATE FUNCTION ledger_complete(
            p_worker bigint, p_token bigint, p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint,
            p_subscription text, p_outcome text, p_code text, p_detail text, p_ended double precision,
            p_event bytea, p_letters bytea, p_version bigint, p_kind text, p_ends boolean,
            p_inputs text, p_entries text, p_largest bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT ledger_complete(
                p_worker, p_token, p_lane, p_source, p_id, p_round, p_fence, p_subscription, p_outcome, p_code,
                p_detail, p_ended, p_event, p_letters, p_version, p_kind, p_ends
            ) THEN RETURN false; END IF;
            PERFORM ledger_keep_case(p_source, p_id, p_inputs, p_entries, p_largest);
            RETURN true;
        END
        $$;

        CREATE FUNCTION ledger_park(
            p_worker bigint, p_token bigint, p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint,
            p_subscription text, p_wait text, p_attempts bigint, p_expected bigint, p_due double precision,
            p_detail text, p_version bigint, p_kind text, p_ends boolean,
            p_inputs text, p_entries text, p_largest bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT ledger_park(
                p_worker, p_token, p_lane, p_source, p_id, p_round, p_fence, p_subscription, p_wait, p_attempts,
                p_expected, p_due, p_detail, p_version, p_kind, p_ends
            ) THEN RETURN false; END IF;
            PERFORM ledger_keep_case(p_source, p_id, p_inputs, p_entries, p_largest);
            RETURN true;
        END
        $$;

        CREATE FUNCTION ledger_end_wait(
            p_lane bigint, p_number bigint, p_state text, p_fence bigint, p_token bigint, p_now double precision,
            p_is_applied boolean, p_detail text, p_intents bytea, p_entries text, p_largest bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        BEGIN
            IF NOT ledger_end_wait(
                p_lane, p_number, p_state, p_fence, p_token, p_now, p_is_applied, p_detail, p_intents
            ) THEN RETURN false; END IF;
            PERFORM ledger_keep_case(source, id, NULL, p_entries, p_largest)
            FROM ledger_command WHERE number = p_number;
            RETURN true;
        END
        $$;

        -- Keeps the outcome event alone.
        CREATE FUNCTION ledger_announced(
            p_source text, p_id text, p_round bigint, p_at double precision
        ) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint;
        BEGIN
            UPDATE ledger_command SET is_announced = true, announced_at = p_at
            WHERE id = p_id AND source = p_source AND round = p_round AND state = 'ended' AND NOT is_announced
            RETURNING number INTO v_number;
            IF NOT FOUND THEN RETURN; END IF;
            DELETE FROM ledger_message WHERE number = v_number;
            UPDATE ledger_outcome SET letters = NULL WHERE number = v_number AND letters IS NOT NULL;
        END
        $$;

        -- Deletes the longest ended of those that were announced; never a subscription.
        CREATE OR REPLACE FUNCTION ledger_prune(p_before double precision, p_limit bigint) RETURNS bigint
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
            DELETE FROM ledger_case WHERE number = ANY (v_numbers);
            DELETE FROM ledger_key WHERE held_until < clock_timestamp() - interval '1 day';
            RETURN coalesce(cardinality(v_numbers), 0);
        END
        $$;
        """
}
