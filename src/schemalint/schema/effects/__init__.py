"""What an operation does to a database in use: locks, rewrites, scans, index builds, refusals."""
