// Cohere's client for Node, and LangChain's over it.
import { CohereRerank } from "@langchain/cohere";
import { CohereClient, CohereClientV2, CohereError } from "cohere-ai";
import {
  DOCUMENTS,
  KEY,
  MODEL,
  POOR_KEY,
  QUERY,
  THOUSAND,
  URL,
  WRONG_KEY,
  client,
} from "./shared/acceptance.mjs";

const ONCE = { maxRetries: 0 };

await client("cohere-ai", async (check) => {
  const asked = async (documents = DOCUMENTS, { token = KEY, base = URL, ...options } = {}) => {
    const caller = new CohereClientV2({ token, environment: base });
    const answer = await caller.rerank({ model: MODEL, query: QUERY, documents, ...options }, ONCE);
    return answer.results.map((row) => [row.index, row.relevanceScore]);
  };
  const status = (wanted) => (error) =>
    error instanceof CohereError && error.statusCode === wanted && Boolean(error.body.message);

  check.ranked(await asked());
  check.ranked(await asked(DOCUMENTS, { base: `${URL}/compat/cohere` }), { name: "prefix" });
  check.ranked(await asked(DOCUMENTS, { topN: 2 }), { limit: 2 });
  check.thousand(await asked(THOUSAND));
  await check.refused("400", () => asked([]), status(400));
  await check.refused("401", () => asked(DOCUMENTS, { token: WRONG_KEY }), status(401));
  await check.refused("413", () => asked(["x".repeat(3_000_000)]), status(413));
  await check.refused("429", () => asked(DOCUMENTS, { token: POOR_KEY }), status(429));
});

await client("@langchain/cohere CohereRerank", async (check) => {
  const ranker = new CohereRerank({
    client: new CohereClient({ token: KEY, environment: URL }),
    model: MODEL,
    topN: DOCUMENTS.length,
  });
  const found = await ranker.rerank(DOCUMENTS, QUERY);
  check.ranked(found.map((row) => [row.index, row.relevanceScore]));
});
