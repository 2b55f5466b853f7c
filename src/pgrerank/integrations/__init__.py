"""Retrievers and rankers for frameworks, and an MCP server for assistants.

Each module needs the extra of its name, such as `pip install 'pgrerank[langchain]'`.
"""
