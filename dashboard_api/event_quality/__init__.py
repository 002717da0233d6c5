"""What is wrong with a project's events: broken plans, unknown names, rejections and their mending.

Read by routes and by the command line from the views `analytics.plan_violations` and
`analytics.rejected_events`, always by project.
"""
