"""Tables into Parquet files, a chunk at a time, in the background while the next chunk is made."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq


class Writer:
    """Appends Arrow tables to ``<folder>/<name>.parquet``, one row group or more at a time.

    Files are written beside their final names and moved there when everything has been written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.rows: dict[str, int] = {}
        self._open: dict[str, pq.ParquetWriter] = {}
        self._pool = ThreadPoolExecutor(1)
        self._pending: list[Future[None]] = []

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None
    ) -> None:
        written = False
        try:
            if kind is None:
                self._drain(0)
                written = True
        finally:
            self._pool.shutdown(wait=True, cancel_futures=True)
            for name, writer in self._open.items():
                writer.close()
                if written:
                    self._part(name).replace(self.folder / f"{name}.parquet")
                else:
                    self._part(name).unlink()

    def add(self, name: str, table: pa.Table) -> None:
        """Append a table; returns before it is on disk, but never more than two chunks ahead."""
        self.rows[name] = self.rows.get(name, 0) + len(table)
        self._pending.append(self._pool.submit(self._write, name, table))
        self._drain(12)

    def _drain(self, keep: int) -> None:
        while len(self._pending) > keep:
            self._pending.pop(0).result()

    def _part(self, name: str) -> Path:
        return self.folder / f".{name}.part"

    def _write(self, name: str, table: pa.Table) -> None:
        if name not in self._open:
            self._open[name] = pq.ParquetWriter(
                self._part(name), table.schema, compression="zstd", compression_level=1, store_schema=False
            )
        self._open[name].write_table(table, row_group_size=1 << 20)
