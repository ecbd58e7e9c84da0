extension SchemaStep1 {
    /// How a claim ends: with the command, or with the command put aside.
    static let endings = """
        CREATE FUNCTION ledger_complete(
            p_worker bigint, p_token bigint, p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint,
            p_subscription text, p_outcome text, p_code text, p_detail text, p_ended double precision,
            p_event bytea, p_letters bytea, p_version bigint, p_kind text, p_ends boolean
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint := ledger_held(p_lane, p_source, p_id, p_round, p_fence, p_token, false);
            v_version bigint;
            v_creates boolean;
        BEGIN
            IF v_number IS NULL THEN RETURN false; END IF;
            IF v_number = 0 THEN RETURN true; END IF;
            UPDATE ledger_command SET
                state = 'ended', token = p_token, outcome = p_outcome, code = p_code, detail = p_detail,
                ended_at = p_ended
            WHERE number = v_number
            RETURNING operation IN ('create-subscription', 'start-trial') INTO v_creates;
            INSERT INTO ledger_outcome (number, event, letters) VALUES (v_number, p_event, p_letters);
            SELECT version INTO v_version FROM ledger_subscription WHERE id = p_subscription;
            v_creates := v_creates AND v_version IS NULL AND p_version IS NOT NULL;
            IF p_version IS NOT NULL THEN
                PERFORM ledger_learn(p_subscription, p_version, p_kind, p_ends);
                v_version := p_version;
            END IF;
            IF v_version IS NOT NULL THEN PERFORM ledger_ripen(p_subscription, v_version); END IF;
            IF v_creates THEN PERFORM ledger_line_up(p_subscription); END IF;
            IF ledger_promote(p_subscription, p_ended) THEN PERFORM ledger_tell(p_worker); END IF;
            RETURN true;
        END
        $$;

        CREATE FUNCTION ledger_park(
            p_worker bigint, p_token bigint, p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint,
            p_subscription text, p_wait text, p_attempts bigint, p_expected bigint, p_due double precision,
            p_detail text, p_version bigint, p_kind text, p_ends boolean
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint := ledger_held(p_lane, p_source, p_id, p_round, p_fence, p_token, false);
            v_before ledger_subscription;
            v_after bigint;
            v_awaits bigint := coalesce(p_expected, 0);
        BEGIN
            IF v_number IS NULL THEN RETURN false; END IF;
            IF v_number = 0 THEN RETURN true; END IF;
            SELECT * INTO v_before FROM ledger_subscription WHERE id = p_subscription;
            v_after := coalesce(p_version, v_before.version);
            IF p_version IS NOT NULL THEN
                PERFORM ledger_learn(p_subscription, p_version, p_kind, p_ends);
            END IF;
            IF p_wait = 'predecessor' THEN
                -- What was known when the command was granted can't be what it waits for: the line saw it, and says
                -- premature all the same. So it waits for the next change.
                IF v_awaits <= v_after AND v_before.version IS NOT NULL AND (p_version IS NULL
                    OR (v_before.version, v_before.kind, v_before.ends_with_term) = (p_version, p_kind, p_ends))
                THEN
                    v_awaits := v_after + 1;
                END IF;
                UPDATE ledger_command SET
                    state = 'premature', token = p_token, awaits = v_awaits, due = p_due, detail = p_detail,
                    is_exhausted = false
                WHERE number = v_number;
            ELSE
                UPDATE ledger_command SET
                    state = 'retrying', token = p_token, attempts = coalesce(p_attempts, attempts), due = p_due,
                    detail = p_detail
                WHERE number = v_number;
            END IF;
            IF v_after IS NOT NULL THEN PERFORM ledger_ripen(p_subscription, v_after); END IF;
            IF p_wait = 'predecessor' AND ledger_promote(p_subscription, NULL) THEN
                PERFORM ledger_tell(p_worker);
            END IF;
            RETURN true;
        END
        $$;

        CREATE FUNCTION ledger_release(
            p_worker bigint, p_token bigint, p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint := ledger_held(p_lane, p_source, p_id, p_round, p_fence, p_token, false);
        BEGIN
            IF v_number IS NULL THEN RETURN false; END IF;
            IF v_number = 0 THEN RETURN true; END IF;
            UPDATE ledger_command SET state = 'retrying', token = p_token, is_released = true, due = received_at
            WHERE number = v_number;
            PERFORM ledger_tell(p_worker);
            RETURN true;
        END
        $$;
        """
}
