// OpenAI's client for Node.
import OpenAI from "openai";
import { DOCUMENTS, KEY, URL, WRONG_KEY, client } from "./shared/acceptance.mjs";

await client("openai", async (check) => {
  const caller = (apiKey) => new OpenAI({ apiKey, baseURL: `${URL}/v1`, maxRetries: 0 });
  const asked = async (apiKey = KEY, options = {}) => {
    const body = { input: DOCUMENTS, model: "text-embedding-3-small", ...options };
    return (await caller(apiKey).embeddings.create(body)).data;
  };
  const close = (left, right) => left.every((value, i) => Math.abs(value - right[i]) < 1e-6);

  const packed = await asked();
  const floats = await asked(KEY, { encoding_format: "float" });
  check.that("embeddings", packed.length === DOCUMENTS.length);
  check.that("base64 and floats alike", close(packed[0].embedding, floats[0].embedding));
  const models = (await caller(KEY).models.list()).data;
  check.that("models", models[0].id.includes("rerank"));
  await check.refused("400", () => asked(KEY, { input: [] }), OpenAI.BadRequestError);
  await check.refused("401", () => asked(WRONG_KEY), OpenAI.AuthenticationError);
});
