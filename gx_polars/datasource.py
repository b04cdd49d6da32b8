"""The ``polars`` datasource: frames handed over at run time, as batch parameters.

No ``from __future__ import annotations`` here: GX's models read their annotations when the class is made.
"""

from typing import Any, ClassVar, Literal, Optional

import polars as pl
from great_expectations.compatibility import pydantic
from great_expectations.core.batch import LegacyBatchDefinition
from great_expectations.core.batch_definition import BatchDefinition
from great_expectations.core.batch_spec import RuntimeDataBatchSpec
from great_expectations.core.id_dict import IDDict
from great_expectations.datasource.fluent import BatchRequest
from great_expectations.datasource.fluent.batch_identifier_util import make_batch_identifier
from great_expectations.datasource.fluent.constants import _DATA_CONNECTOR_NAME
from great_expectations.datasource.fluent.interfaces import Batch, DataAsset, Datasource
from great_expectations.exceptions import InvalidBatchRequestError
from great_expectations.exceptions.exceptions import BuildBatchRequestError

from gx_polars.engine import PolarsExecutionEngine

# Inside the models the name ``type`` is a field.
_EngineClass = type[PolarsExecutionEngine]
_AssetClass = type[DataAsset]


class DataFrameAsset(DataAsset):
    """A Polars DataFrame or LazyFrame that is given when a batch is asked for."""

    type: Literal["dataframe"] = "dataframe"

    class Config:
        """A misspelt argument is an error."""

        extra = pydantic.Extra.forbid

    def test_connection(self) -> None:
        """Nothing to connect to."""

    def get_batch_parameters_keys(self, partitioner: Any = None) -> tuple[str, ...]:
        """The one batch parameter."""
        return ("dataframe",)

    def get_batch_identifiers_list(self, batch_request: BatchRequest) -> list[dict[str, Any]]:
        """One batch per request."""
        return [IDDict(batch_request.options)]

    def build_batch_request(
        self,
        options: Optional[dict[str, Any]] = None,  # noqa: UP045 - read by pydantic v1
        batch_slice: Any = None,
        partitioner: Any = None,
    ) -> BatchRequest:
        """A request for one batch.

        Args:
            options: ``{"dataframe": frame}``, nothing else.
            batch_slice: Not supported.
            partitioner: Not supported.
        """
        for name, value in {"batch_slice": batch_slice, "partitioner": partitioner}.items():
            if value is not None:
                raise BuildBatchRequestError(message=f"a Polars dataframe asset does not support {name}.")
        if not options or set(options) != {"dataframe"}:
            raise BuildBatchRequestError(message="options must contain exactly 1 key, 'dataframe'.")
        if not _is_frame(options["dataframe"]):
            raise BuildBatchRequestError(
                message="'dataframe' must be a Polars DataFrame or LazyFrame, "
                f"not {type(options['dataframe']).__name__}."
            )
        return BatchRequest(datasource_name=self.datasource.name, data_asset_name=self.name, options=options)

    def _validate_batch_request(self, batch_request: BatchRequest) -> None:
        sound = (
            batch_request.datasource_name == self.datasource.name
            and batch_request.data_asset_name == self.name
            and set(batch_request.options or {}) == {"dataframe"}
            and _is_frame(batch_request.options["dataframe"])
        )
        if not sound:
            raise InvalidBatchRequestError(
                f"a batch of {self.datasource.name!r}/{self.name!r} is asked for with "
                'batch_parameters={"dataframe": <Polars DataFrame or LazyFrame>}'
            )

    def get_batch(self, batch_request: BatchRequest) -> Batch:
        """The frame as a GX batch, on an execution engine of its own."""
        self._validate_batch_request(batch_request)
        batch_spec = RuntimeDataBatchSpec(batch_data=batch_request.options["dataframe"])
        engine = self.datasource.get_execution_engine()
        data, markers = engine.get_batch_data_and_markers(batch_spec=batch_spec)
        return Batch(
            datasource=self.datasource,
            data_asset=self,
            batch_request=batch_request,
            data=data,
            metadata=self._get_batch_metadata_from_batch_request(
                batch_request=batch_request, ignore_options=("dataframe",)
            ),
            batch_markers=markers,
            batch_spec=batch_spec,
            # The identifier stands in for the frame: without it the frame would be serialised into results.
            batch_definition=LegacyBatchDefinition(
                datasource_name=self.datasource.name,
                data_connector_name=_DATA_CONNECTOR_NAME,
                data_asset_name=self.name,
                batch_identifiers=make_batch_identifier(batch_request.options),
                batch_spec_passthrough=None,
            ),
        )

    def add_batch_definition_whole_dataframe(self, name: str) -> BatchDefinition:
        """A batch definition for the whole frame.

        Args:
            name: The batch definition's name.
        """
        return self.add_batch_definition(name=name, partitioner=None)


class PolarsDatasource(Datasource):
    """A source of Polars frames: ``context.data_sources.add_polars(name)``."""

    asset_types: ClassVar[list[_AssetClass]] = [DataFrameAsset]

    type: Literal["polars"] = "polars"
    assets: list[DataFrameAsset] = []  # noqa: RUF012 - a pydantic field, copied per instance

    @property
    def execution_engine_type(self) -> _EngineClass:
        """`PolarsExecutionEngine`."""
        return PolarsExecutionEngine

    def get_execution_engine(self) -> PolarsExecutionEngine:
        """A new engine each time.

        GX's own datasources share one engine, whose frames are keyed by asset: two threads that validate
        different frames of one asset would read each other's.
        """
        return PolarsExecutionEngine()

    def test_connection(self, test_assets: bool = True) -> None:
        """Nothing to connect to."""

    def add_dataframe_asset(
        self,
        name: str,
        batch_metadata: Optional[dict[str, Any]] = None,  # noqa: UP045 - read by pydantic v1
    ) -> DataFrameAsset:
        """Add an asset whose frame is given at run time.

        Args:
            name: The asset's name.
            batch_metadata: Facts that every batch of this asset carries.
        """
        return self._add_asset(DataFrameAsset(name=name, batch_metadata=batch_metadata or {}))


def _is_frame(value: Any) -> bool:
    return isinstance(value, pl.DataFrame | pl.LazyFrame)
