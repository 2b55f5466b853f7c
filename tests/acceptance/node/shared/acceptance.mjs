// What every client for Node is held to; acceptance.py beside this folder says the same for Python.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const { PGRERANK_URL: URL, PGRERANK_KEY: KEY, PGRERANK_POOR_KEY: POOR_KEY } = process.env;
const WRONG_KEY = "pgr_wrong";
const MODEL = "rerank-v3.5";
const QUERY = "how do I get a refund for a damaged parcel?";
const DOCUMENTS = [
  "Our offices are closed on public holidays.",
  "A parcel that arrives damaged is refunded once you send us a photograph of it.",
  "Rückerstattung: für beschädigte Pakete zahlen wir den Preis zurück. 📦",
  "Refunds are paid to the card that was charged.",
  "Le colis est arrivé à l'heure.",
  "Refunds are paid to the card that was charged.",
];
const THOUSAND = [
  ...Array.from({ length: 999 }, (_, i) => `Note ${i}: nothing of interest.`),
  DOCUMENTS[1],
];

export { DOCUMENTS, KEY, MODEL, POOR_KEY, QUERY, THOUSAND, URL, WRONG_KEY };

const rows = await native();

/** Check one client: `check` is given the checks and says [index, score] pairs to them. */
export async function client(name, check) {
  const names = [];
  try {
    await check(new Checks(names));
    say("ok", name, names);
  } catch (error) {
    console.error(error);
    say("FAILED", name, [`after ${names.join(", ") || "nothing"}`]);
    process.exitCode = 1;
  }
}

class Checks {
  constructor(names) {
    this.names = names;
  }

  that(name, holds) {
    assert.ok(holds, name);
    this.names.push(name);
  }

  ranked(found, { limit, name = "order" } = {}) {
    const expected = rows.slice(0, limit);
    assert.deepEqual(
      found.map(([index]) => index),
      expected.map(([index]) => index),
    );
    found.forEach(([, score], place) => assert.ok(Math.abs(score - expected[place][1]) < 1e-6));
    this.names.push(...(limit ? [`first ${limit}`] : name === "order" ? ["order", "scores"] : [name]));
  }

  thousand(found) {
    const indexes = found.map(([index]) => index);
    assert.equal(indexes[0], THOUSAND.length - 1);
    assert.equal(new Set(indexes).size, THOUSAND.length);
    this.names.push("1,000 documents");
  }

  async refused(name, call, wanted) {
    await assert.rejects(call, wanted);
    this.names.push(name);
  }
}

async function native() {
  const answer = await fetch(`${URL}/v1/rankings`, {
    method: "POST",
    headers: { Authorization: `Bearer ${KEY}`, "Content-Type": "application/json" },
    body: JSON.stringify({ query: QUERY, documents: DOCUMENTS }),
  });
  const { results } = await answer.json();
  return results.map((row) => [row.index, row.display_score]);
}

function say(outcome, name, checked) {
  const { dependencies } = JSON.parse(readFileSync(new globalThis.URL("../package.json", import.meta.url)));
  const titled = `${name} ${dependencies[name.split(" ")[0]]} (Node)`;
  console.log(`${outcome.padEnd(7)} ${titled.padEnd(52)} ${checked.join(", ")}`);
}
