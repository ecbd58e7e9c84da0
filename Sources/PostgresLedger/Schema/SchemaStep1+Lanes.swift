extension SchemaStep1 {
    /// The order of the commands of one subscription.
    ///
    /// Callers hold the lane's lock.
    static let lanes = """
        CREATE FUNCTION ledger_is_free(p_subscription text) RETURNS boolean LANGUAGE sql AS $$
            SELECT NOT EXISTS (
                SELECT FROM ledger_command WHERE subscription = p_subscription AND state IN ('in-hand', 'retrying')
            )
        $$;

        -- The place behind everyone who stands in the lane.
        CREATE FUNCTION ledger_next_place(p_subscription text) RETURNS bigint LANGUAGE sql AS $$
            SELECT coalesce(max(place), 0) + 1 FROM ledger_command
            WHERE subscription = p_subscription AND state = 'behind'
        $$;

        CREATE FUNCTION ledger_learn(p_subscription text, p_version bigint, p_kind text, p_ends boolean)
        RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            -- As PL/pgSQL its plan is kept; the server would plan a function in SQL anew with each call.
            INSERT INTO ledger_subscription (id, version, kind, ends_with_term)
            VALUES (p_subscription, p_version, p_kind, p_ends)
            ON CONFLICT (id) DO UPDATE SET
                version = excluded.version, kind = excluded.kind, ends_with_term = excluded.ends_with_term;
        END
        $$;

        -- Gives the premature commands that the version makes ripe their places, in the order of first receipt.
        CREATE FUNCTION ledger_ripen(p_subscription text, p_version bigint) RETURNS void LANGUAGE plpgsql AS $$
        DECLARE
            v_number bigint;
        BEGIN
            FOR v_number IN
                SELECT number FROM ledger_command
                WHERE subscription = p_subscription AND state = 'premature' AND awaits <= p_version ORDER BY number
            LOOP
                UPDATE ledger_command
                SET state = 'behind', place = ledger_next_place(p_subscription), is_exhausted = false,
                    awaits = NULL, due = NULL
                WHERE number = v_number;
            END LOOP;
        END
        $$;

        -- The subscription has come into being, and made everyone ripe at the same moment: those who asked too early, and
        -- those who stood in the lane and were not asked yet. So they go in the order of first receipt.
        CREATE FUNCTION ledger_line_up(p_subscription text) RETURNS void LANGUAGE sql AS $$
            UPDATE ledger_command SET place = number WHERE subscription = p_subscription AND state = 'behind'
        $$;

        -- Makes the first who stands behind the head of a free lane: from now on nobody can overtake it.
        CREATE FUNCTION ledger_promote(p_subscription text, p_due double precision) RETURNS boolean
        LANGUAGE plpgsql AS $$
        BEGIN
            UPDATE ledger_command SET state = 'retrying', due = coalesce(p_due, received_at), place = NULL
            WHERE number = (
                SELECT number FROM ledger_command WHERE subscription = p_subscription AND state = 'behind'
                ORDER BY place LIMIT 1
            );
            RETURN FOUND;
        END
        $$;

        -- Whether commands of the operation are not begun.
        CREATE FUNCTION ledger_is_paused(p_operation text) RETURNS boolean LANGUAGE sql STABLE AS $$
            SELECT EXISTS (SELECT FROM ledger_pause WHERE operation = p_operation AND ended_by IS NULL)
        $$;

        -- Tells other workers, if there are any, that something is due.
        CREATE FUNCTION ledger_tell(p_worker bigint) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT FROM ledger_worker WHERE id <> p_worker AND lease_until > clock_timestamp()) THEN
                PERFORM pg_notify('order_ledger', current_schema || ' ' || p_worker);
            END IF;
        END
        $$;
        """
}
