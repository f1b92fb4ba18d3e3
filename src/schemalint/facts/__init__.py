"""The records that readers produce and rules read: what the source says, without a trace of how it says it."""
