"""PostgreSQL control plane: accounts, projects, keys and saved definitions."""
