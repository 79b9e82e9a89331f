//! End-to-end tests and tests of the house itself; all of them in `tests/`, in one binary.
