//! By the registry.

use super::super::super::register::Desktop;
use crate::operations::self_test::scheme::LinkProgram;

/// Not read on this system.
pub(in super::super) fn registered(_desktop: &Desktop) -> LinkProgram {
    LinkProgram::Unknown
}
