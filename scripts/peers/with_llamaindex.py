"""LlamaIndex: PGVectorStore and SentenceTransformerRerank."""
# pyright: reportMissingImports=false, reportUnknownVariableType=false
# pyright: reportUnknownMemberType=false, reportUnknownArgumentType=false

from collections.abc import Generator
from contextlib import contextmanager

from contract import Configuration, Search, documents
from llama_index.core import Document, StorageContext, VectorStoreIndex
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from llama_index.postprocessor.sbert_rerank import SentenceTransformerRerank
from llama_index.vector_stores.postgres import PGVectorStore


@contextmanager
def open_search(configuration: Configuration) -> Generator[Search]:
    """Store the documents in a VectorStoreIndex over Postgres."""
    url = configuration["database"]
    store = PGVectorStore.from_params(
        connection_string=url.replace("postgresql:", "postgresql+psycopg2:"),
        async_connection_string=url.replace("postgresql:", "postgresql+asyncpg:"),
        table_name="documents",
        embed_dim=384,
    )
    index = VectorStoreIndex.from_documents(
        [Document(text=row.text, id_=row.name) for row in documents(configuration)],
        storage_context=StorageContext.from_defaults(vector_store=store),
        embed_model=HuggingFaceEmbedding(model_name=configuration["embedder"]),
    )
    retriever = index.as_retriever(similarity_top_k=configuration["depth"])
    reranker = SentenceTransformerRerank(
        model=configuration["reranker"],
        top_n=configuration["limit"],
        cross_encoder_kwargs={"max_length": configuration["length"]},
    )

    def search(query: str) -> list[str]:
        nodes = reranker.postprocess_nodes(retriever.retrieve(query), query_str=query)
        return [*dict.fromkeys(found.node.ref_doc_id for found in nodes)]

    yield search
