// The AI SDK, with its provider for Cohere.
import { createCohere } from "@ai-sdk/cohere";
import { rerank } from "ai";
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

await client("@ai-sdk/cohere reranking", async (check) => {
  const asked = async (documents = DOCUMENTS, { apiKey = KEY, topN } = {}) => {
    const cohere = createCohere({ baseURL: `${URL}/v2`, apiKey });
    const answer = await rerank({
      model: cohere.reranking(MODEL),
      query: QUERY,
      documents,
      topN,
      maxRetries: 0,
    });
    return answer.ranking.map((row) => [row.originalIndex, row.score]);
  };

  check.ranked(await asked());
  check.ranked(await asked(DOCUMENTS, { topN: 2 }), { limit: 2 });
  check.thousand(await asked(THOUSAND));
  await check.refused("401", () => asked(DOCUMENTS, { apiKey: WRONG_KEY }), { statusCode: 401 });
  await check.refused("429", () => asked(DOCUMENTS, { apiKey: POOR_KEY }), { statusCode: 429 });
});
