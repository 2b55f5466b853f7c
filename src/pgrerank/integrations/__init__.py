"""Retrievers and rankers for frameworks, and a server for assistants.

Each module needs the extra of its name: `pip install 'pgrerank[langchain]'`, and so on.
"""
