"""Types of the numpy arrays that the index and the text index pass around."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Int64Array = npt.NDArray[np.int64]


IntegerArray = npt.NDArray[np.integer[Any]]


RowArray = npt.NDArray[np.uint32]
