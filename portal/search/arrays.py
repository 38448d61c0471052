"""Types of the numpy arrays that the facet index and the text index exchange."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]
IntegerArray = npt.NDArray[np.integer[Any]]
# Row numbers of a facet index.
RowArray = npt.NDArray[np.uint32]
