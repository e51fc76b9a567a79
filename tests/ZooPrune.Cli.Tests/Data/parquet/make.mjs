// Writes the files beside this one by DuckDB, an implementation of Parquet that is not the one under test.
//   npm install @duckdb/node-api && node make.mjs
import { DuckDBInstance } from '@duckdb/node-api';
import { deflateSync, crc32 } from 'node:zlib';

// A PNG of 8 x 8 in one colour.
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type), data]), length = Buffer.alloc(4), sum = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  sum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, sum]);
}

const rows = Buffer.concat(Array(8).fill(Buffer.from([0, ...Array(8).fill([200, 30, 30]).flat()])));
const png = Buffer.concat([
  Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]),
  chunk('IHDR', Buffer.from([0, 0, 0, 8, 0, 0, 0, 8, 8, 2, 0, 0, 0])), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0)),
]);
const blob = `'${[...png].map(byte => '\\x' + byte.toString(16).padStart(2, '0')).join('')}'::blob`;

const database = await (await DuckDBInstance.create(':memory:')).connect();
await database.run(`create table t as select * from (values
  (1, {'bytes': ${blob}, 'path': 'first.png'}, 'what ?', true, 1.5::double, ['a', 'b'], date '2026-11-29', 7::smallint, 1.25::decimal(9, 2), 0.1::float),
  (2, {'bytes': null, 'path': '1.png'}, 'where ?', false, 'nan'::double, ['c'], null, null, null, null),
  (3, {'bytes': null, 'path': 'gone.png'}, 'what, "größer"?', null, null, null, date '1999-01-01', -7::smallint, -0.05::decimal(9, 2), 1e-10::float),
  (4, null, 'what ?', true, 0.0, [], null, 0::smallint, 0::decimal(9, 2), 0::float),
  (5, {'bytes': '\\x01\\x02'::blob, 'path': null}, 'what ?', true, -1e300, [], null, 0::smallint, 0::decimal(9, 2), 0::float),
  (6, {'bytes': ${blob}, 'path': null}, null, true, 0.25, [], null, 0::smallint, 0::decimal(9, 2), 0::float)
) as t(id, image, question, yes, score, tags, day, small, price, part)`);
await database.run(`copy t to 'hub.parquet' (format parquet)`);
await database.run(`copy (select id, image.path as image, question, yes from t where image.path is not null)
  to 'paths.parquet' (format parquet, compression zstd)`);
await database.run(`copy (select image.bytes as image, question from t where image.bytes is not null)
  to 'bytes.parquet' (format parquet, compression gzip)`);
