"""HIS: the graph that revisions form, and what their files say of themselves."""
