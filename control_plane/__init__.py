"""PostgreSQL control plane: accounts, projects, keys and saved definitions.

Repository functions are written once, over a synchronous `Session`, one module a noun in
`repositories/`. Callers run them in a transaction of their own kind:

    database = AsyncDatabase(url)                       # services
    project = await database.run(projects.by_id, project_id)

    database = Database(url)                            # CLI, Dagster
    project = database.run(projects.by_id, project_id)

An error raised inside `run` rolls the transaction back; what `run` returns stays readable
after it.
"""
