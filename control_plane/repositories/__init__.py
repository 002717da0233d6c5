"""What services ask of the control plane, one module a noun.

Every function takes the session of its transaction first.
"""
