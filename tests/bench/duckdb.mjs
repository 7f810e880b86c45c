// duckdb.mjs JOB IN OUT THREADS: a job by DuckDB. Started in the folder that has its
// node_modules. Only the wanted columns are named, with their types: guessing them
// would be more work. JOB "version" prints the version.
import { createRequire } from "node:module";

const { DuckDBInstance } = createRequire(process.cwd() + "/")("@duckdb/node-api");
const [job, input, output, threads] = process.argv.slice(2);

const json = (columns) => `read_ndjson('${input}', columns = {${columns}})`;
const trades = `read_csv('${input}', header = true, auto_detect = false, delim = ',', quote = '"', columns = {
  ts: 'VARCHAR', symbol: 'VARCHAR', price: 'DOUBLE', qty: 'BIGINT', side: 'VARCHAR', venue: 'VARCHAR'})`;
const queries = {
  j1: `
  select ts, service, latency
  from ${json("ts: 'VARCHAR', level: 'VARCHAR', service: 'VARCHAR', latency: 'BIGINT'")}
  where level = 'error' and latency > 200`,
  j2: `
  select strftime(date_trunc('second', ts), '%Y-%m-%dT%H:%M:%SZ') as window_start, key,
    count(*) as n, sum(latency) as sum, quantile_disc(latency, 0.99) as p99
  from ${json("ts: 'TIMESTAMP', key: 'VARCHAR', latency: 'BIGINT'")} group by date_trunc('second', ts), key`,
  j3: `
  select symbol, count(*) as n, sum(qty) as qty, max(price) as max, avg(price) as avg
  from ${trades} where side = 'B' and qty > 100 group by symbol`,
};

const db = await DuckDBInstance.create(":memory:", { threads: threads ?? "1" });
const connection = await db.connect();
if (job === "version") {
  console.log((await connection.runAndReadAll("select version()")).getRows()[0][0]);
} else {
  await connection.run("set preserve_insertion_order = false");
  await connection.run(`copy (${queries[job]}) to '${output}' (format json)`);
}
