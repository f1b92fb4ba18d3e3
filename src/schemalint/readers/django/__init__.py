"""Django: migrations, the state of models behind them, fields and names."""
