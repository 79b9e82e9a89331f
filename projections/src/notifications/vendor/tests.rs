//! What every vendor's file promises.

mod forms;
mod hostile;
mod limits;
mod verdicts;
