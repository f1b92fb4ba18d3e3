"""schemalint reviews schema and data-layer code. It never imports or runs the code it reads."""

__version__ = "0.1.0"
