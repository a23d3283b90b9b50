"""Rows as a Parquet file. The only module that knows pyarrow, which is an extra: chronik[parquet]."""

import importlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ingest.cli.frame import Stop
from ingest.cli.grid import Cell
from ingest.cli.tables import distinct

ROWS_IN_A_GROUP = 20_000


def write_parquet(columns: Sequence[str], rows: Iterable[Sequence[Cell]], path: Path) -> None:
    """Write the file. A column has the type of its first group of rows; raises Stop where later rows do not fit it."""
    arrow = _arrow("pyarrow")
    names = distinct(columns)
    groups = _groups(rows)
    first = _columns_of(next(groups, []), len(names))
    schema = arrow.schema([(name, _type(arrow, name, cells)) for name, cells in zip(names, first, strict=True)])
    with _arrow("pyarrow.parquet").ParquetWriter(path, schema, compression="zstd") as writer:
        for cells in itertools.chain([first], (_columns_of(group, len(names)) for group in groups)):
            writer.write_table(_table(arrow, cells, schema))


def _arrow(name: str) -> Any:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as missing:
        raise Stop("Parquet needs pyarrow: pip install 'chronik[parquet]', or take --format csv") from missing


def _groups(rows: Iterable[Sequence[Cell]]) -> Iterator[list[Sequence[Cell]]]:
    rest = iter(rows)
    while group := list(itertools.islice(rest, ROWS_IN_A_GROUP)):
        yield group


def _columns_of(group: list[Sequence[Cell]], count: int) -> list[list[Cell]]:
    return [list(cells) for cells in zip(*group, strict=True)] if group else [[] for _ in range(count)]


def _type(arrow: Any, name: str, cells: list[Cell]) -> Any:
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds <= {int, float} and kinds:
        return arrow.int64() if kinds == {int} else arrow.float64()
    if kinds <= {bytes} and kinds:
        return arrow.binary()
    if kinds <= {str}:
        return arrow.string()
    raise _mixed(name)


def _table(arrow: Any, cells: list[list[Cell]], schema: Any) -> Any:
    arrays = []
    for field, column in zip(schema, cells, strict=True):
        try:
            arrays.append(arrow.array(column, type=field.type))
        except (arrow.ArrowInvalid, arrow.ArrowTypeError) as error:
            raise _mixed(field.name) from error
    return arrow.Table.from_arrays(arrays, schema=schema)


def _mixed(name: str) -> Stop:
    return Stop(f"column {name} has values of several types, Parquet allows one: say cast({name} as text) in the query")
