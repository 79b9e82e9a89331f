//! What every vendor's file promises.

mod echoes;
mod forms;
mod hostile;
mod limits;
mod verdicts;
