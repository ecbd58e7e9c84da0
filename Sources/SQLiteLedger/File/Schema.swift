import Foundation
import GRDB
import OrderFulfilment

/// The tables of a ledger file, and the steps that lead there from earlier versions.
///
/// Dates are `REAL`, seconds since 2001-01-01 UTC: the number that `Date` itself is made of, so that a date comes
/// back as it was. In SQL: `datetime(due + 978307200, 'unixepoch')`.
enum Schema {
    /// Says in the file's header that it is a ledger of this program: "OWL1".
    static let applicationID: Int32 = 0x4F57_4C31

    /// Step n leads from version n to n + 1.
    ///
    /// Published steps never change: add one.
    static let steps = [version1, version2, version3, version4]

    /// The version that this program reads and writes.
    static var version: Int { steps.count }

    /// Brings the file to this program's version, in one transaction.
    static func migrate(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0
        guard found <= version else { throw newer(found, path: path) }
        guard found < version else { return }
        try database.inTransaction(.immediate) {
            for step in steps[found...] { try database.execute(sql: step) }
            try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            try database.execute(sql: "PRAGMA user_version = \(version)")
            return .commit
        }
    }

    static func newer(_ found: Int, path: String) -> LedgerFailure {
        .incompatible(
            "The ledger \(path) was written by a newer order-worker (ledger version \(found), this one knows \(version)): "
                + "run that release, or restore the ledger from before the update."
        )
    }

    private static let version1 = """
        -- How often the file was opened for writing: the upper half of every fence.
        CREATE TABLE ledger (epoch INTEGER NOT NULL);
        INSERT INTO ledger VALUES (0);

        -- What is known of each subscription; never pruned.
        CREATE TABLE subscription (
            id TEXT PRIMARY KEY NOT NULL,
            version INTEGER NOT NULL,
            kind TEXT NOT NULL,
            ends_with_term INTEGER NOT NULL
        ) WITHOUT ROWID;

        -- One row per command; what is large, or needed at one moment only, has tables of its own.
        CREATE TABLE command (
            number INTEGER PRIMARY KEY,   -- the order of first receipt
            source TEXT NOT NULL,
            id TEXT NOT NULL,
            fingerprint TEXT NOT NULL,
            operation TEXT NOT NULL,
            subscription TEXT NOT NULL,
            expected_version INTEGER,
            state TEXT NOT NULL,
            place INTEGER,                              -- behind: smaller ones go first
            awaits INTEGER,                             -- premature: the version that makes it ripe
            due REAL,                                   -- retrying and premature
            is_released INTEGER NOT NULL DEFAULT 0,     -- retrying, but a delivery of it may have it at once
            is_exhausted INTEGER NOT NULL DEFAULT 0,    -- its patience is over
            fence INTEGER NOT NULL DEFAULT 0,           -- in hand: the claim that counts
            attempts INTEGER NOT NULL DEFAULT 0,
            round INTEGER NOT NULL DEFAULT 1,
            bytes INTEGER NOT NULL,                     -- of the message's body
            received_at REAL NOT NULL,
            ended_at REAL,
            outcome TEXT,
            code TEXT,
            detail TEXT,
            is_announced INTEGER NOT NULL DEFAULT 0
        );
        CREATE UNIQUE INDEX command_identity ON command (id, source);
        CREATE INDEX command_subscription ON command (subscription);
        -- At most one head per lane: the file itself refuses a second one.
        CREATE UNIQUE INDEX command_head ON command (subscription) WHERE state IN ('in-hand', 'retrying');
        CREATE INDEX command_behind ON command (subscription, place) WHERE state = 'behind';
        CREATE INDEX command_premature ON command (subscription, awaits) WHERE state = 'premature';
        CREATE INDEX command_due ON command (due) WHERE due IS NOT NULL;
        CREATE INDEX command_unannounced ON command (ended_at) WHERE state = 'ended' AND is_announced = 0;
        CREATE INDEX command_announced ON command (ended_at) WHERE is_announced = 1;

        -- The message as it was delivered, until the command has ended and that was announced.
        CREATE TABLE message (number INTEGER PRIMARY KEY NOT NULL, content BLOB NOT NULL);

        -- The decision and the intents, as JSON.
        CREATE TABLE decision (number INTEGER PRIMARY KEY NOT NULL, decision BLOB, intents BLOB);

        -- What must be published: the outcome event, and what goes before it until all was announced.
        CREATE TABLE outcome (number INTEGER PRIMARY KEY NOT NULL, event BLOB, letters BLOB);

        -- How many commands are where, kept by triggers so that nobody has to count a million rows.
        CREATE TABLE tally (
            state TEXT PRIMARY KEY NOT NULL,
            commands INTEGER NOT NULL,
            bytes INTEGER NOT NULL
        ) WITHOUT ROWID;
        INSERT INTO tally (state, commands, bytes) VALUES
            ('in-hand', 0, 0), ('retrying', 0, 0), ('behind', 0, 0), ('premature', 0, 0),
            ('unannounced', 0, 0), ('ended', 0, 0);
        CREATE TRIGGER command_inserted AFTER INSERT ON command BEGIN
            UPDATE tally SET commands = commands + 1, bytes = bytes + new.bytes
            WHERE state = iif(new.state = 'ended' AND new.is_announced = 0, 'unannounced', new.state);
        END;
        CREATE TRIGGER command_moved AFTER UPDATE OF state, is_announced ON command
        WHEN old.state <> new.state OR old.is_announced <> new.is_announced BEGIN
            UPDATE tally SET commands = commands - 1, bytes = bytes - old.bytes
            WHERE state = iif(old.state = 'ended' AND old.is_announced = 0, 'unannounced', old.state);
            UPDATE tally SET commands = commands + 1, bytes = bytes + new.bytes
            WHERE state = iif(new.state = 'ended' AND new.is_announced = 0, 'unannounced', new.state);
        END;
        CREATE TRIGGER command_deleted AFTER DELETE ON command BEGIN
            UPDATE tally SET commands = commands - 1, bytes = bytes - old.bytes
            WHERE state = iif(old.state = 'ended' AND old.is_announced = 0, 'unannounced', old.state);
        END;
        """

    private static let version2 = """
        -- Whether a worker has the file open: still set when it is opened, the one before died with it.
        ALTER TABLE ledger ADD COLUMN is_open INTEGER NOT NULL DEFAULT 0;

        -- In hand without a decision when a worker died.
        ALTER TABLE command ADD COLUMN is_suspect INTEGER NOT NULL DEFAULT 0;
        CREATE INDEX command_suspect ON command (due) WHERE is_suspect = 1;
        -- An operator says that EMS has it.
        ALTER TABLE command ADD COLUMN is_declared_applied INTEGER NOT NULL DEFAULT 0;
        INSERT INTO tally (state, commands, bytes) VALUES ('reopened', 0, 0);

        -- How often in a row a message has killed a worker that handled it alone.
        CREATE TABLE strike (
            digest TEXT PRIMARY KEY NOT NULL,
            strikes INTEGER NOT NULL,
            struck_at REAL NOT NULL
        ) WITHOUT ROWID;

        -- What became of dead letters by an operator's hand.
        CREATE TABLE letter (
            key TEXT PRIMARY KEY NOT NULL,
            command_id TEXT,
            fate TEXT NOT NULL,
            replacement TEXT,
            noted_by TEXT NOT NULL,
            noted_at REAL NOT NULL,
            reason TEXT
        ) WITHOUT ROWID;

        -- Operations whose commands are not begun.
        CREATE TABLE pause (
            operation TEXT PRIMARY KEY NOT NULL,
            paused_by TEXT NOT NULL,
            since REAL NOT NULL,
            reason TEXT
        ) WITHOUT ROWID;
        """

    private static let version3 = """
        -- Who brings something into being that other commands may want too, and until when it may come about.
        CREATE TABLE held_key (
            key TEXT PRIMARY KEY NOT NULL,
            token INTEGER NOT NULL,
            held_until REAL NOT NULL
        ) WITHOUT ROWID;
        """

    private static let version4 = """
        -- When the outcome was confirmed by the broker.
        ALTER TABLE command ADD COLUMN announced_at REAL;

        -- What a verdict was made of, as JSON, and what happened, one JSON object a line; goes with the command.
        CREATE TABLE case_file (number INTEGER PRIMARY KEY NOT NULL, inputs TEXT, entries TEXT NOT NULL);
        """
}
