// Runs a baked vision encoder as a program in JavaScript would.
// node run.cjs FOLDER MODEL: FOLDER has node_modules; standard input is JSON, inputs by name with type, dims and data; so is the output.
const { createRequire } = require('node:module');
const { readFileSync } = require('node:fs');
const { join } = require('node:path');

const [folder, model] = process.argv.slice(2);
const ort = createRequire(join(folder, 'package.json'))('onnxruntime-node');

async function main() {
  const given = JSON.parse(readFileSync(0, 'utf8'));
  const feeds = {};
  for (const [name, { type, dims, data }] of Object.entries(given)) {
    const values = type === 'int64' ? BigInt64Array.from(data, BigInt) : Float32Array.from(data);
    feeds[name] = new ort.Tensor(type, values, dims);
  }

  const session = await ort.InferenceSession.create(model);
  const results = await session.run(feeds);
  const plain = {};
  for (const [name, { dims, data }] of Object.entries(results)) {
    plain[name] = { dims, data: Array.from(data, Number) };
  }

  process.stdout.write(JSON.stringify(plain));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
