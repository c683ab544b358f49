"""What an internal function goes through on its way to machine code: what kernels need of numba's and LLVM's passes, no more.

Kernels are plain code on numbers and records: no closure, comprehension, array expression, generator or `with`, so the passes
that look for these find nothing, and each walks the whole function: a tenth of the loop's compilation (measured). A kernel that
needs one of them is refused.
"""

from typing import Any

from numba.core.compiler import CompilerBase
from numba.core.compiler_machinery import PassManager
from numba.core.typed_passes import (
    AnnotateTypes,
    IRLegalization,
    NativeLowering,
    NoPythonBackend,
    NopythonTypeInference,
    PreLowerStripPhis,
)
from numba.core.untyped_passes import (
    FixupArgs,
    GenericRewrites,
    IRProcessing,
    ReconstructSSA,
    TranslateByteCode,
)

_PASSES = (
    (TranslateByteCode, "read the bytecode"),
    (FixupArgs, "name the arguments"),
    (IRProcessing, "find what is used where"),
    (GenericRewrites, "constant indices and exceptions"),
    (ReconstructSSA, "one name per value"),
    (NopythonTypeInference, "find the types"),
    (PreLowerStripPhis, "take out joins of names"),
    (IRLegalization, "end the life of variables"),
    (AnnotateTypes, "keep the types"),
    (NativeLowering, "write LLVM's instructions"),
    (NoPythonBackend, "hand over the result"),
)


class Lean(CompilerBase):  # type: ignore[misc]  # numba is untyped
    """The pipeline of kernels, helpers and rules."""

    def define_pipelines(self) -> list[Any]:
        """Return the one pipeline there is."""
        manager = PassManager("lean")
        for step, does in _PASSES:
            manager.add_pass(step, does)
        manager.finalize()
        return [manager]
