extension SchemaStep1 {
    /// Workers and their leases, by the server's clock.
    static let leases = """
        -- Whether the worker may begin something.
        CREATE FUNCTION ledger_may_begin(p_worker bigint) RETURNS boolean LANGUAGE sql AS $$
            SELECT EXISTS (SELECT FROM ledger_worker WHERE id = p_worker AND begins_until > clock_timestamp())
        $$;

        -- Whether what the worker has begun still counts.
        CREATE FUNCTION ledger_lives(p_worker bigint) RETURNS boolean LANGUAGE sql AS $$
            SELECT EXISTS (SELECT FROM ledger_worker WHERE id = p_worker AND lease_until > clock_timestamp())
        $$;

        -- Frees what workers have in hand that are heard of no more: what was not decided as soon as they may not
        -- begin a write to EMS any more, the rest when nothing of theirs can land there either. What was not decided
        -- may have killed its worker, unless that one is known to live: whoever takes it handles it alone.
        CREATE FUNCTION ledger_sweep(p_now double precision) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_worker record;
            v_command record;
            v_left boolean;
            v_is_decided boolean;
            v_freed boolean := false;
        BEGIN
            FOR v_worker IN
                SELECT id, has_left, lease_until <= clock_timestamp() AS is_over FROM ledger_worker
                WHERE begins_until <= clock_timestamp() FOR NO KEY UPDATE SKIP LOCKED
            LOOP
                v_left := false;
                FOR v_command IN
                    SELECT number, lane FROM ledger_command WHERE owner = v_worker.id AND state = 'in-hand'
                LOOP
                    -- Never waits: the look after this one finds it again.
                    IF pg_try_advisory_xact_lock(v_command.lane) THEN
                        v_is_decided := EXISTS (
                            SELECT FROM ledger_decision d
                            WHERE d.number = v_command.number AND d.decision IS NOT NULL
                        );
                        UPDATE ledger_command SET
                            state = 'retrying', is_released = true, due = p_now,
                            is_suspect = NOT v_worker.has_left AND NOT v_is_decided
                        WHERE number = v_command.number AND owner = v_worker.id AND state = 'in-hand'
                            AND (v_worker.is_over OR NOT v_is_decided);
                        v_freed := v_freed OR FOUND;
                    ELSE
                        v_left := true;
                    END IF;
                END LOOP;
                IF v_worker.is_over AND NOT v_left THEN
                    DELETE FROM ledger_worker WHERE id = v_worker.id;
                END IF;
            END LOOP;
            RETURN v_freed;
        END
        $$;

        -- The worker lives: what it was silent with has killed nobody.
        CREATE FUNCTION ledger_acquit(p_worker bigint) RETURNS void LANGUAGE sql AS $$
            UPDATE ledger_command SET is_suspect = false WHERE is_suspect AND owner = p_worker
        $$;

        -- A worker comes, perhaps one that was here before; answers with its number, and whether another one has died.
        -- When it is the only one, nobody's patience has run meanwhile.
        CREATE FUNCTION ledger_join(
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
            IF NOT EXISTS (SELECT FROM ledger_worker WHERE lease_until > clock_timestamp()) THEN
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

        -- The worker is there still. False when its lease was over before: then nothing of it counts any more.
        CREATE FUNCTION ledger_stay(
            p_worker bigint, p_begins double precision, p_lease double precision, p_now double precision
        ) RETURNS boolean LANGUAGE plpgsql AS $$
        DECLARE
            v_stays boolean;
        BEGIN
            UPDATE ledger_worker SET
                begins_until = clock_timestamp() + make_interval(secs => p_begins),
                lease_until = clock_timestamp() + make_interval(secs => p_lease)
            WHERE id = p_worker AND lease_until > clock_timestamp();
            v_stays := FOUND;
            IF v_stays THEN PERFORM ledger_acquit(p_worker); END IF;
            PERFORM ledger_sweep(p_now);
            RETURN v_stays;
        END
        $$;

        -- The worker goes, in order: what it holds undecided is free at once.
        CREATE FUNCTION ledger_leave(p_worker bigint, p_now double precision) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE ledger_worker SET begins_until = clock_timestamp(), has_left = true WHERE id = p_worker;
            PERFORM ledger_sweep(p_now);
            DELETE FROM ledger_worker WHERE id = p_worker AND NOT EXISTS (
                SELECT FROM ledger_command WHERE owner = p_worker AND state = 'in-hand'
            );
            PERFORM ledger_tell(p_worker);
        END
        $$;

        -- Calls whose answer was lost and that nobody waits for: what they have put in hand is let go.
        CREATE FUNCTION ledger_disown(p_worker bigint, p_token bigint, p_is_suspect boolean) RETURNS void
        LANGUAGE sql AS $$
            UPDATE ledger_command SET
                state = 'retrying', is_released = true, due = received_at, is_suspect = p_is_suspect
            WHERE owner = p_worker AND state = 'in-hand' AND token = p_token
        $$;

        -- The row of the command that is in hand under this very claim: null when it isn't, 0 when the call of that
        -- token has done its work before. Takes the lane's lock.
        CREATE FUNCTION ledger_held(
            p_lane bigint, p_source text, p_id text, p_round bigint, p_fence bigint, p_token bigint, p_begins boolean
        ) RETURNS bigint LANGUAGE plpgsql AS $$
        DECLARE
            v_command record;
        BEGIN
            PERFORM pg_advisory_xact_lock(p_lane);
            SELECT number, state, owner, fence, round, token INTO v_command FROM ledger_command
            WHERE id = p_id AND source = p_source;
            IF v_command.token = p_token THEN
                RETURN 0;
            ELSIF v_command.state = 'in-hand' AND v_command.fence = p_fence AND v_command.round = p_round
                AND (CASE WHEN p_begins THEN ledger_may_begin(v_command.owner) ELSE ledger_lives(v_command.owner) END)
            THEN
                RETURN v_command.number;
            END IF;
            RETURN NULL;
        END
        $$;
        """
}
