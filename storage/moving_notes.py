"""Statements by which a database notes which of its rows change while they are moved, and refuses to go on afterwards.

A note is a table and the primary key of a row, as JSON; `n` grows, so that a row that changed again is noted anew.
"""

from collections.abc import Iterator, Sequence

from sqlalchemy import Table

NOTES = "moving"


def begun(dialect: str, tables: Sequence[Table]) -> Iterator[str]:
    """Note from now on. On a server each is for a transaction of its own, and does no harm the second time.

    Each waits for those who write into its table. Whoever waited for several would wait for one who waits for it.
    """
    if dialect == "sqlite":
        yield f"CREATE TABLE {NOTES} (n INTEGER PRIMARY KEY AUTOINCREMENT, tab TEXT, pk TEXT, UNIQUE (tab, pk))"
        for table in tables:
            yield from _noting_in_file(table)
    else:
        yield f"CREATE TABLE IF NOT EXISTS {NOTES} (n bigserial PRIMARY KEY, tab text, pk text, UNIQUE (tab, pk))"
        yield _NOTING
        for table in tables:
            keys = ", ".join(f"'{key.name}'" for key in table.primary_key.columns)
            yield (
                f'CREATE OR REPLACE TRIGGER {NOTES}_{table.name} AFTER INSERT OR UPDATE OR DELETE ON "{table.name}"'
                f" FOR EACH ROW EXECUTE FUNCTION {NOTES}_note({keys})"
            )


def _noting_in_file(table: Table) -> Iterator[str]:
    for event, sides in (("INSERT", ("new",)), ("UPDATE", ("old", "new")), ("DELETE", ("old",))):
        notes = "".join(
            f" INSERT OR REPLACE INTO {NOTES} (tab, pk) VALUES ('{table.name}', json_array({_keys(table, side)}));"  # noqa: S608 - our own names
            for side in sides
        )
        yield f'CREATE TRIGGER {NOTES}_{table.name}_{event.lower()} AFTER {event} ON "{table.name}" BEGIN{notes} END'


def _keys(table: Table, side: str) -> str:
    return ", ".join(f'{side}."{key.name}"' for key in table.primary_key.columns)


_NOTING = f"""
CREATE OR REPLACE FUNCTION {NOTES}_note() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  side jsonb;
  noted jsonb;
BEGIN
  FOR side IN SELECT to_jsonb(OLD) WHERE TG_OP <> 'INSERT' UNION SELECT to_jsonb(NEW) WHERE TG_OP <> 'DELETE' LOOP
    SELECT jsonb_agg(side -> key ORDER BY place) INTO noted FROM unnest(TG_ARGV) WITH ORDINALITY AS each(key, place);
    INSERT INTO {NOTES} (tab, pk) VALUES (TG_TABLE_NAME, noted::text)
      ON CONFLICT (tab, pk) DO UPDATE SET n = nextval('{NOTES}_n_seq');
  END LOOP;
  RETURN NULL;
END $$
"""  # noqa: S608


def settled(dialect: str) -> str:
    """Strike a note out by its `n`; on a server unless somebody is noting that row just now, who may wait for us."""
    if dialect == "sqlite":
        return f"DELETE FROM {NOTES} WHERE n = :n"  # noqa: S608
    return f"DELETE FROM {NOTES} WHERE n IN (SELECT n FROM {NOTES} WHERE n = :n FOR UPDATE SKIP LOCKED)"  # noqa: S608


def ended(dialect: str, tables: Sequence[Table]) -> Iterator[str]:
    """Note no more."""
    for table in tables:
        if dialect == "sqlite":
            yield from (f"DROP TRIGGER {NOTES}_{table.name}_{event}" for event in ("insert", "update", "delete"))
        else:
            yield f'DROP TRIGGER {NOTES}_{table.name} ON "{table.name}"'
    yield f"DROP TABLE {NOTES}"
    if dialect != "sqlite":
        yield f"DROP FUNCTION {NOTES}_note()"


def refused(dialect: str, told: str) -> Iterator[str]:
    """Nothing is recorded here from now on: who still tries is told why."""
    told = told.replace("'", "''")
    if dialect == "sqlite":
        yield f"CREATE TRIGGER moved BEFORE INSERT ON fetch BEGIN SELECT RAISE(ABORT, '{told}'); END"
    else:
        yield (
            "CREATE FUNCTION moved() RETURNS trigger LANGUAGE plpgsql AS"
            f" $moved$ BEGIN RAISE EXCEPTION USING MESSAGE = '{told}'; END $moved$"
        )
        yield 'CREATE TRIGGER moved BEFORE INSERT ON "fetch" FOR EACH ROW EXECUTE FUNCTION moved()'


def allowed_again(dialect: str) -> Iterator[str]:
    """The reverse of `refused`."""
    if dialect == "sqlite":
        yield "DROP TRIGGER moved"
    else:
        yield 'DROP TRIGGER moved ON "fetch"'
        yield "DROP FUNCTION moved()"
