"""The durable drivers: thin, and telling the story the rules decide.

Nothing is imported here: a worker's sandbox runs this file, and the one of the driver, anew for
every run of a workflow.
"""
