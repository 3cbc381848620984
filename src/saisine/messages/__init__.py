"""From any file to one table of messages, with nothing lost in silence.

`read_paths` reads without a workspace; `import_paths` seals, reads and stores; `Corpora` searches.
"""
