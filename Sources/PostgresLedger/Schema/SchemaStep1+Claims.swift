extension SchemaStep1 {
    /// Claims, and what is written under them.
    static let claims = """
        -- All that a worker needs of a command.
        CREATE FUNCTION ledger_grant_of(p_number bigint, p_answer text) RETURNS ledger_grant LANGUAGE sql AS $$
            SELECT p_answer, c.number, c.source, c.id, c.subscription, c.operation, c.round, c.fence, c.attempts,
                c.is_exhausted, c.received_at, d.decision, d.intents, m.content, s.version, s.kind, s.ends_with_term,
                c.is_declared_applied
            FROM ledger_command c
                LEFT JOIN ledger_decision d ON d.number = c.number
                LEFT JOIN ledger_message m ON m.number = c.number
                LEFT JOIN ledger_subscription s ON s.id = c.subscription
            WHERE c.number = p_number
        $$;

        -- Puts a waiting command in hand under a fresh fence.
        CREATE FUNCTION ledger_take(p_number bigint, p_worker bigint, p_token bigint, p_is_exhausted boolean)
        RETURNS void LANGUAGE sql AS $$
            UPDATE ledger_command SET
                state = 'in-hand', owner = p_worker, token = p_token, fence = nextval('ledger_fence'), due = NULL,
                awaits = NULL, is_released = false, is_suspect = false,
                is_exhausted = coalesce(p_is_exhausted, is_exhausted)
            WHERE number = p_number
        $$;

        CREATE FUNCTION ledger_claim(
            p_worker bigint, p_token bigint, p_lane bigint, p_source text, p_id text, p_fingerprint text,
            p_operation text, p_subscription text, p_expected bigint, p_message bytea, p_bytes bigint,
            p_received double precision, p_patience double precision, p_creates boolean
        ) RETURNS ledger_grant LANGUAGE plpgsql AS $$
        DECLARE
            v_command record;
            v_known record;
            v_grant ledger_grant;
            v_is_free boolean;
            v_is_paused boolean;
            v_is_ahead boolean;
            v_state text;
            v_fence bigint := 0;
            v_place bigint;
            v_awaits bigint;
            v_due double precision;
        BEGIN
            PERFORM pg_advisory_xact_lock(p_lane);
            IF NOT ledger_may_begin(p_worker) THEN
                v_grant.answer := 'lapsed';
                RETURN v_grant;
            END IF;
            SELECT number, fingerprint, state, is_released, owner, token INTO v_command FROM ledger_command
            WHERE id = p_id AND source = p_source;
            IF FOUND AND (v_command.fingerprint <> p_fingerprint OR v_command.state <> 'reopened') THEN
                v_grant.number := v_command.number;
                IF v_command.fingerprint <> p_fingerprint THEN
                    v_grant.answer := 'conflict';
                ELSIF v_command.state = 'ended' THEN
                    v_grant.answer := 'replay';
                ELSIF v_command.state = 'in-hand' AND v_command.token = p_token AND v_command.owner = p_worker THEN
                    -- The answer to this very call was lost.
                    RETURN ledger_grant_of(v_command.number, 'granted');
                ELSIF v_command.state = 'in-hand' AND v_command.owner = p_worker THEN
                    v_grant.answer := 'in-hand';
                ELSIF ledger_is_paused(p_operation) THEN
                    v_grant.answer := 'parked';
                ELSIF v_command.state = 'in-hand' AND NOT ledger_lives(v_command.owner) THEN
                    PERFORM ledger_take(v_command.number, p_worker, p_token, NULL);
                    RETURN ledger_grant_of(v_command.number, 'granted');
                ELSIF v_command.state = 'retrying' AND v_command.is_released THEN
                    -- Whoever wakes takes the row without the lane's lock.
                    PERFORM FROM ledger_command
                    WHERE number = v_command.number AND state = 'retrying' AND is_released FOR NO KEY UPDATE;
                    IF FOUND THEN
                        PERFORM ledger_take(v_command.number, p_worker, p_token, NULL);
                        RETURN ledger_grant_of(v_command.number, 'granted');
                    END IF;
                    v_grant.answer := 'parked';
                ELSE
                    -- Another worker has it in hand, or it waits: in either case the ledger alone can finish it.
                    v_grant.answer := 'parked';
                END IF;
                RETURN v_grant;
            END IF;

            -- It comes for the first time, or as the message of a round that an operator has opened.
            SELECT version, kind, ends_with_term INTO v_known FROM ledger_subscription WHERE id = p_subscription;
            v_is_free := ledger_is_free(p_subscription);
            v_is_paused := ledger_is_paused(p_operation);
            v_is_ahead := p_expected > coalesce(v_known.version, 0);
            IF v_is_free AND NOT v_is_paused THEN
                v_state := 'in-hand';
                v_fence := nextval('ledger_fence');
            ELSIF coalesce(v_is_ahead, v_is_paused AND v_known.version IS NULL AND NOT p_creates) THEN
                -- What waits only because of a pause must not hold back what it builds on.
                v_state := 'premature';
                v_awaits := coalesce(p_expected, 0);
                v_due := p_received + p_patience;
            ELSIF v_is_free THEN
                -- The head of its lane, until its operation is paused no more.
                v_state := 'retrying';
                v_due := p_received;
            ELSE
                v_state := 'behind';
                v_place := ledger_next_place(p_subscription);
            END IF;
            IF v_command.number IS NULL THEN
                INSERT INTO ledger_command (
                    source, id, fingerprint, operation, subscription, lane, expected_version, bytes, received_at,
                    state, place, awaits, due, owner, token, fence
                ) VALUES (
                    p_source, p_id, p_fingerprint, p_operation, p_subscription, p_lane, p_expected, p_bytes,
                    p_received, v_state, v_place, v_awaits, v_due, p_worker, p_token, v_fence
                ) RETURNING number INTO v_command.number;
                -- The message is there from the first moment: the ledger alone can finish whatever was claimed.
                INSERT INTO ledger_message (number, content) VALUES (v_command.number, p_message);
                IF v_state = 'in-hand' THEN
                    -- All of it is known here already, and the caller has the message: nothing needs to be looked up.
                    RETURN ROW(
                        'granted', v_command.number, p_source, p_id, p_subscription, p_operation, 1, v_fence, 0, false,
                        p_received, NULL, NULL, NULL, v_known.version, v_known.kind, v_known.ends_with_term, false
                    )::ledger_grant;
                END IF;
            ELSE
                UPDATE ledger_command SET
                    state = v_state, place = v_place, awaits = v_awaits, due = v_due, owner = p_worker,
                    token = p_token, fence = v_fence, bytes = p_bytes, received_at = p_received, detail = NULL
                WHERE number = v_command.number;
                INSERT INTO ledger_message (number, content) VALUES (v_command.number, p_message)
                ON CONFLICT (number) DO UPDATE SET content = excluded.content;
            END IF;
            IF v_state = 'in-hand' THEN RETURN ledger_grant_of(v_command.number, 'granted'); END IF;
            v_grant.answer := 'parked';
            RETURN v_grant;
        END
        $$;

        CREATE FUNCTION ledger_record(
            p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint, p_decision bytea
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint := ledger_held(p_lane, p_source, p_id, p_round, p_fence, NULL, true);
        BEGIN
            IF v_number IS NULL THEN RETURN false; END IF;
            INSERT INTO ledger_decision (number, decision) VALUES (v_number, p_decision)
            ON CONFLICT (number) DO UPDATE SET decision = excluded.decision;
            RETURN true;
        END
        $$;

        -- Adds the intent, or replaces the one of the same id where it stands.
        CREATE FUNCTION ledger_intend(
            p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint, p_intent bytea
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint := ledger_held(p_lane, p_source, p_id, p_round, p_fence, NULL, true);
            v_intent json := convert_from(p_intent, 'UTF8')::json;
            v_intents json;
        BEGIN
            IF v_number IS NULL THEN RETURN false; END IF;
            SELECT convert_from(intents, 'UTF8')::json INTO v_intents FROM ledger_decision WHERE number = v_number;
            IF v_intents IS NULL THEN
                INSERT INTO ledger_decision (number, intents)
                VALUES (v_number, convert_to('[' || v_intent::text || ']', 'UTF8'))
                ON CONFLICT (number) DO UPDATE SET intents = excluded.intents;
                RETURN true;
            END IF;
            -- As json, not jsonb: what is stored stays as it was written.
            SELECT json_agg(CASE WHEN e.value->>'id' = v_intent->>'id' THEN v_intent ELSE e.value END ORDER BY e.place)
            INTO v_intents
            FROM (
                SELECT value, ordinality AS place FROM json_array_elements(v_intents) WITH ORDINALITY
                UNION ALL
                SELECT v_intent, 1000000 WHERE NOT EXISTS (
                    SELECT FROM json_array_elements(v_intents) o WHERE o.value->>'id' = v_intent->>'id'
                )
            ) e;
            INSERT INTO ledger_decision (number, intents) VALUES (v_number, convert_to(v_intents::text, 'UTF8'))
            ON CONFLICT (number) DO UPDATE SET intents = excluded.intents;
            RETURN true;
        END
        $$;
        """
}
