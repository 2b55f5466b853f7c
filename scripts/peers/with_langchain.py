"""LangChain: PGVector with a ContextualCompressionRetriever and a CrossEncoderReranker."""
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Generator
from contextlib import contextmanager

from contract import Configuration, Search, documents
from langchain_classic.retrievers import ContextualCompressionRetriever
from langchain_classic.retrievers.document_compressors import CrossEncoderReranker
from langchain_community.cross_encoders import HuggingFaceCrossEncoder
from langchain_core.documents import Document
from langchain_huggingface import HuggingFaceEmbeddings
from langchain_postgres import PGVector


@contextmanager
def open_search(configuration: Configuration) -> Generator[Search]:
    """Store the documents in a PGVector."""
    store = PGVector(
        embeddings=HuggingFaceEmbeddings(model_name=configuration["embedder"]),
        collection_name="documents",
        connection=configuration["database"].replace("postgresql:", "postgresql+psycopg:"),
    )
    rows = documents(configuration)
    store.add_documents(
        [Document(page_content=row.text, metadata={"name": row.name}) for row in rows]
    )
    cross_encoder = HuggingFaceCrossEncoder(
        model_name=configuration["reranker"], model_kwargs={"max_length": configuration["length"]}
    )
    retriever = ContextualCompressionRetriever(
        base_compressor=CrossEncoderReranker(model=cross_encoder, top_n=configuration["limit"]),
        base_retriever=store.as_retriever(search_kwargs={"k": configuration["depth"]}),
    )
    yield lambda query: [found.metadata["name"] for found in retriever.invoke(query)]
