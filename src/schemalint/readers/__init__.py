"""Readers: from IR through the resolver to facts. One a framework; none of them knows of rules."""
