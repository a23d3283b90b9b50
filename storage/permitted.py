"""What a query of a stranger may do: read, and call functions that stay within the query. For SQLite's authorizer."""

from collections.abc import Callable, Collection
from types import ModuleType

# What SQLite has that stays within the query; load_extension and the like do not.
_FUNCTIONS = """
-> ->> abs acos acosh asin asinh atan atan2 atanh avg bm25 ceil ceiling char chronik_text coalesce concat concat_ws
cos cosh count cume_dist current_date current_time current_timestamp date datetime degrees dense_rank exp first_value
floor format glob group_concat hex highlight if ifnull iif instr json json_array json_array_insert json_array_length
json_each json_error_position json_extract json_group_array json_group_object json_insert json_object json_patch
json_pretty json_quote json_remove json_replace json_set json_tree json_type json_valid jsonb jsonb_array
jsonb_extract jsonb_group_array jsonb_group_object jsonb_object julianday lag last_value lead length like likelihood
likely ln log log10 log2 lower ltrim match max median min mod nth_value ntile nullif octet_length percent_rank
percentile percentile_cont percentile_disc pi pow power printf quote radians random randomblob rank replace round
row_number rtrim sign sin sinh snippet soundex sqlite_version sqrt strftime string_agg substr substring sum tan tanh
time timediff total trim trunc typeof unhex unicode unistr unixepoch unlikely upper zeroblob
"""
FUNCTIONS = frozenset(_FUNCTIONS.split())


def authorizer(driver: ModuleType, pragmas: Collection[str] = ()) -> Callable[..., int]:
    """For `set_authorizer`. `pragmas` are those that tell of the schema and may be asked as well."""
    allowed = {driver.SQLITE_SELECT, driver.SQLITE_READ, driver.SQLITE_RECURSIVE}

    def authorize(action: int, first: str | None, second: str | None, *_where: str | None) -> int:
        if action in allowed:
            return int(driver.SQLITE_OK)
        listed = action == driver.SQLITE_FUNCTION and (second or "").lower() in FUNCTIONS
        # FTS5 asks with data_version whether its index is still as it knows it; it takes no value and tells nothing.
        listed = listed or (action == driver.SQLITE_PRAGMA and (first, second) == ("data_version", None))
        listed = listed or (action == driver.SQLITE_PRAGMA and (first or "").lower() in pragmas)
        return int(driver.SQLITE_OK if listed else driver.SQLITE_DENY)

    return authorize
